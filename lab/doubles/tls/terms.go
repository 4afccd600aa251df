package tls

import (
	"crypto"
	"crypto/rand"
	"crypto/sha1"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/pulumi/pulumi-go-provider/infer"
)

// Terms are what a certificate is for and how long it lasts.
type Terms struct {
	AllowedUses         []string `pulumi:"allowedUses"`
	ValidityPeriodHours int      `pulumi:"validityPeriodHours"`
	EarlyRenewalHours   *int     `pulumi:"earlyRenewalHours,optional"`
	IsCACertificate     *bool    `pulumi:"isCaCertificate,optional"`
	MaxPathLength       *int     `pulumi:"maxPathLength,optional"`
	SetSubjectKeyID     *bool    `pulumi:"setSubjectKeyId,optional"`
}

// Issued is what every certificate tells about itself. readyForRenewal is decided by diff, never stored as true.
type Issued struct {
	CertPem           string `pulumi:"certPem"`
	ReadyForRenewal   bool   `pulumi:"readyForRenewal"`
	ValidityStartTime string `pulumi:"validityStartTime"`
	ValidityEndTime   string `pulumi:"validityEndTime"`
}

var keyUsages = map[string]x509.KeyUsage{
	"digital_signature":  x509.KeyUsageDigitalSignature,
	"content_commitment": x509.KeyUsageContentCommitment,
	"key_encipherment":   x509.KeyUsageKeyEncipherment,
	"data_encipherment":  x509.KeyUsageDataEncipherment,
	"key_agreement":      x509.KeyUsageKeyAgreement,
	"cert_signing":       x509.KeyUsageCertSign,
	"crl_signing":        x509.KeyUsageCRLSign,
	"encipher_only":      x509.KeyUsageEncipherOnly,
	"decipher_only":      x509.KeyUsageDecipherOnly,
}

var extendedKeyUsages = map[string]x509.ExtKeyUsage{
	"any_extended":                      x509.ExtKeyUsageAny,
	"server_auth":                       x509.ExtKeyUsageServerAuth,
	"client_auth":                       x509.ExtKeyUsageClientAuth,
	"code_signing":                      x509.ExtKeyUsageCodeSigning,
	"email_protection":                  x509.ExtKeyUsageEmailProtection,
	"ipsec_end_system":                  x509.ExtKeyUsageIPSECEndSystem,
	"ipsec_tunnel":                      x509.ExtKeyUsageIPSECTunnel,
	"ipsec_user":                        x509.ExtKeyUsageIPSECUser,
	"timestamping":                      x509.ExtKeyUsageTimeStamping,
	"ocsp_signing":                      x509.ExtKeyUsageOCSPSigning,
	"microsoft_server_gated_crypto":     x509.ExtKeyUsageMicrosoftServerGatedCrypto,
	"netscape_server_gated_crypto":      x509.ExtKeyUsageNetscapeServerGatedCrypto,
	"microsoft_commercial_code_signing": x509.ExtKeyUsageMicrosoftCommercialCodeSigning,
	"microsoft_kernel_code_signing":     x509.ExtKeyUsageMicrosoftKernelCodeSigning,
}

// defaults gives the defaults that appear in the inputs.
func (t *Terms) defaults(a infer.Annotator) {
	a.SetDefault(&t.EarlyRenewalHours, 0)
	a.SetDefault(&t.IsCACertificate, false)
	a.SetDefault(&t.SetSubjectKeyID, false)
}

// checkTerms knows the names of uses and the bounds of the numbers. The original takes a maxPathLength of 0 and issues
// a CA without any limit; a program that asks for it gets the opposite of what it wants, so it is refused here.
func checkTerms(c *checker) {
	c.oneOf("allowedUses", slices.Concat(slices.Sorted(maps.Keys(keyUsages)), slices.Sorted(maps.Keys(extendedKeyUsages)))...)
	c.atLeast("validityPeriodHours", 0)
	c.atLeast("earlyRenewalHours", 0)
	c.atLeast("maxPathLength", 1)
}

// issue signs template for public under these terms, starting now. A nil parent is a self-signed certificate.
// It returns the certificate's serial number too, which is the resource's id.
func (t Terms) issue(template, parent *x509.Certificate, public crypto.PublicKey, signer crypto.Signer) (
	Issued, string, error,
) {
	template.BasicConstraintsValid = true
	template.NotBefore = time.Now()
	template.NotAfter = template.NotBefore.Add(time.Duration(t.ValidityPeriodHours) * time.Hour)
	for _, use := range t.AllowedUses {
		template.KeyUsage |= keyUsages[use]
		if extended, ok := extendedKeyUsages[use]; ok {
			template.ExtKeyUsage = append(template.ExtKeyUsage, extended)
		}
	}
	template.IsCA = value(t.IsCACertificate)
	if template.IsCA && len(template.Subject.ToRDNSequence()) == 0 {
		// https://datatracker.ietf.org/doc/html/rfc5280#section-4.1.2.6
		return Issued{}, "", errors.New("the subject is empty, expected at least one distinguished name: a CA needs it")
	}
	template.MaxPathLen = value(t.MaxPathLength)
	if template.IsCA || value(t.SetSubjectKeyID) {
		id, err := subjectKeyID(public)
		if err != nil {
			return Issued{}, "", err
		}
		template.SubjectKeyId = id
	}
	if parent == nil {
		parent = template
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, signer)
	if err != nil {
		return Issued{}, "", fmt.Errorf("cannot sign the certificate: %w", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return Issued{}, "", err
	}
	return Issued{
		CertPem:           encodePEM("CERTIFICATE", der),
		ValidityStartTime: cert.NotBefore.Format(time.RFC3339),
		ValidityEndTime:   cert.NotAfter.Format(time.RFC3339),
	}, cert.SerialNumber.String(), nil
}

// subjectKeyID is method 1 of https://datatracker.ietf.org/doc/html/rfc5280#section-4.2.1.2.
func subjectKeyID(public crypto.PublicKey) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return nil, err
	}
	var info struct {
		Algorithm pkix.AlgorithmIdentifier
		PublicKey asn1.BitString
	}
	if _, err := asn1.Unmarshal(der, &info); err != nil {
		return nil, err
	}
	sum := sha1.Sum(info.PublicKey.Bytes)
	return sum[:], nil
}
