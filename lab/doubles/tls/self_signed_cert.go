package tls

import (
	"context"
	"crypto/x509"
	"errors"

	"github.com/pulumi/pulumi-go-provider/infer"
)

// SelfSignedCert is tls:index/selfSignedCert:SelfSignedCert: here, the cluster's CAs.
type SelfSignedCert struct{}

// SelfSignedCertArgs are its inputs.
type SelfSignedCertArgs struct {
	Identity
	Terms
	SetAuthorityKeyID *bool `pulumi:"setAuthorityKeyId,optional"`
}

// SelfSignedCertState adds the certificate.
type SelfSignedCertState struct {
	SelfSignedCertArgs
	Issued
	KeyAlgorithm string `pulumi:"keyAlgorithm"`
}

// Annotate names the type.
func (r *SelfSignedCert) Annotate(a infer.Annotator) {
	a.SetToken("index/selfSignedCert", "SelfSignedCert")
}

// Annotate gives the defaults that appear in the inputs.
func (r *SelfSignedCertArgs) Annotate(a infer.Annotator) {
	r.defaults(a)
	a.SetDefault(&r.SetAuthorityKeyID, false)
}

// WireDependencies keeps the certificate known while earlyRenewalHours, the only input that updates, changes.
func (*SelfSignedCert) WireDependencies(f infer.FieldSelector, in *SelfSignedCertArgs, out *SelfSignedCertState) {
	f.OutputField(out).DependsOn(f.InputField(&in.PrivateKeyPem).Computed())
}

// Check holds the inputs to the terms.
func (*SelfSignedCert) Check(
	ctx context.Context, req infer.CheckRequest,
) (infer.CheckResponse[SelfSignedCertArgs], error) {
	return check[SelfSignedCertArgs](ctx, req, checkTerms)
}

// Create signs the certificate with its own key.
func (*SelfSignedCert) Create(
	_ context.Context, req infer.CreateRequest[SelfSignedCertArgs],
) (resp infer.CreateResponse[SelfSignedCertState], err error) {
	in, out := req.Inputs, &resp.Output
	out.SelfSignedCertArgs = in
	if req.DryRun {
		return resp, nil
	}
	key, algorithm, err := parseKey("privateKeyPem", in.PrivateKeyPem)
	if err != nil {
		return resp, err
	}
	template := &x509.Certificate{Subject: in.name(), DNSNames: in.DNSNames}
	if template.IPAddresses, err = in.addresses(); err != nil {
		return resp, err
	}
	if template.URIs, err = in.locators(); err != nil {
		return resp, err
	}
	if value(in.SetAuthorityKeyID) {
		if !value(in.IsCACertificate) && !value(in.SetSubjectKeyID) {
			return resp, errors.New("setAuthorityKeyId is set on a certificate with no subject key id: set setSubjectKeyId")
		}
		if template.AuthorityKeyId, err = subjectKeyID(key.Public()); err != nil {
			return resp, err
		}
	}
	out.KeyAlgorithm = algorithm
	out.Issued, resp.ID, err = in.issue(template, nil, key.Public(), key)
	return resp, err
}

// Update takes over earlyRenewalHours; everything else replaces.
func (*SelfSignedCert) Update(
	_ context.Context, req infer.UpdateRequest[SelfSignedCertArgs, SelfSignedCertState],
) (infer.UpdateResponse[SelfSignedCertState], error) {
	out := req.State
	out.SelfSignedCertArgs = req.Inputs
	return infer.UpdateResponse[SelfSignedCertState]{Output: out}, nil
}
