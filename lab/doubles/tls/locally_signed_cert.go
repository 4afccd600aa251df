package tls

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"

	"github.com/pulumi/pulumi-go-provider/infer"
)

// LocallySignedCert is tls:index/locallySignedCert:LocallySignedCert: a request, signed by a CA.
type LocallySignedCert struct{}

// LocallySignedCertArgs are its inputs.
type LocallySignedCertArgs struct {
	Terms
	CertRequestPem  string `pulumi:"certRequestPem"`
	CACertPem       string `pulumi:"caCertPem"`
	CAPrivateKeyPem string `pulumi:"caPrivateKeyPem" provider:"secret"`
}

// LocallySignedCertState adds the certificate.
type LocallySignedCertState struct {
	LocallySignedCertArgs
	Issued
	CAKeyAlgorithm string `pulumi:"caKeyAlgorithm"`
}

// Annotate names the type.
func (r *LocallySignedCert) Annotate(a infer.Annotator) {
	a.SetToken("index/locallySignedCert", "LocallySignedCert")
}

// Annotate gives the defaults that appear in the inputs.
func (r *LocallySignedCertArgs) Annotate(a infer.Annotator) { r.defaults(a) }

// WireDependencies keeps the certificate known while earlyRenewalHours, the only input that updates, changes.
func (*LocallySignedCert) WireDependencies(
	f infer.FieldSelector, in *LocallySignedCertArgs, out *LocallySignedCertState,
) {
	f.OutputField(out).DependsOn(f.InputField(&in.CAPrivateKeyPem).Computed())
}

// Check holds the inputs to the terms.
func (*LocallySignedCert) Check(
	ctx context.Context, req infer.CheckRequest,
) (infer.CheckResponse[LocallySignedCertArgs], error) {
	return check[LocallySignedCertArgs](ctx, req, checkTerms)
}

// Create signs what the request asks for: its subject, names and key, under the terms of the inputs.
func (*LocallySignedCert) Create(
	_ context.Context, req infer.CreateRequest[LocallySignedCertArgs],
) (resp infer.CreateResponse[LocallySignedCertState], err error) {
	in, out := req.Inputs, &resp.Output
	out.LocallySignedCertArgs = in
	if req.DryRun {
		return resp, nil
	}
	request, err := parseRequest(in.CertRequestPem)
	if err != nil {
		return resp, err
	}
	key, algorithm, err := parseKey("caPrivateKeyPem", in.CAPrivateKeyPem)
	if err != nil {
		return resp, err
	}
	ca, err := parseCA(in.CACertPem)
	if err != nil {
		return resp, err
	}
	template := &x509.Certificate{
		Subject:     request.Subject,
		DNSNames:    request.DNSNames,
		IPAddresses: request.IPAddresses,
		URIs:        request.URIs,
	}
	out.CAKeyAlgorithm = algorithm
	out.Issued, resp.ID, err = in.issue(template, ca, request.PublicKey, key)
	return resp, err
}

// Update takes over earlyRenewalHours; everything else replaces.
func (*LocallySignedCert) Update(
	_ context.Context, req infer.UpdateRequest[LocallySignedCertArgs, LocallySignedCertState],
) (infer.UpdateResponse[LocallySignedCertState], error) {
	out := req.State
	out.LocallySignedCertArgs = req.Inputs
	return infer.UpdateResponse[LocallySignedCertState]{Output: out}, nil
}

// parseRequest holds the request to its own signature, which the original does not look at.
func parseRequest(text string) (*x509.CertificateRequest, error) {
	der, err := decodePEM("certRequestPem", text, "CERTIFICATE REQUEST")
	if err != nil {
		return nil, err
	}
	request, err := x509.ParseCertificateRequest(der)
	if err == nil {
		err = request.CheckSignature()
	}
	if err != nil {
		return nil, fmt.Errorf("certRequestPem: %w", err)
	}
	return request, nil
}

// parseCA refuses a certificate that is not a CA, where the original warns: what it signs would not verify anywhere.
func parseCA(text string) (*x509.Certificate, error) {
	der, err := decodePEM("caCertPem", text, "CERTIFICATE")
	if err != nil {
		return nil, err
	}
	ca, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("caCertPem: %w", err)
	}
	if !ca.IsCA {
		return nil, errors.New("caCertPem is not the certificate of a CA, expected one made with isCaCertificate")
	}
	return ca, nil
}
