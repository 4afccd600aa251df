package tls

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"fmt"

	"github.com/pulumi/pulumi-go-provider/infer"
)

// CertRequest is tls:index/certRequest:CertRequest.
type CertRequest struct{}

// CertRequestArgs are its inputs.
type CertRequestArgs struct{ Identity }

// CertRequestState adds the request.
type CertRequestState struct {
	CertRequestArgs
	KeyAlgorithm   string `pulumi:"keyAlgorithm"`
	CertRequestPem string `pulumi:"certRequestPem"`
}

// Annotate names the type.
func (r *CertRequest) Annotate(a infer.Annotator) { a.SetToken("index/certRequest", "CertRequest") }

// Create signs the request. Its id is the digest of it.
func (*CertRequest) Create(
	_ context.Context, req infer.CreateRequest[CertRequestArgs],
) (resp infer.CreateResponse[CertRequestState], err error) {
	in, out := req.Inputs, &resp.Output
	out.CertRequestArgs = in
	if req.DryRun {
		return resp, nil
	}
	key, algorithm, err := parseKey("privateKeyPem", in.PrivateKeyPem)
	if err != nil {
		return resp, err
	}
	template := &x509.CertificateRequest{Subject: in.name(), DNSNames: in.DNSNames}
	if template.IPAddresses, err = in.addresses(); err != nil {
		return resp, err
	}
	if template.URIs, err = in.locators(); err != nil {
		return resp, err
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, template, key)
	if err != nil {
		return resp, fmt.Errorf("cannot sign the certificate request: %w", err)
	}
	resp.ID = digest(der)
	out.KeyAlgorithm = algorithm
	out.CertRequestPem = encodePEM("CERTIFICATE REQUEST", der)
	return resp, nil
}
