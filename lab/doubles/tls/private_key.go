package tls

import (
	"context"
	"crypto/sha1"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"

	"github.com/pulumi/pulumi-go-provider/infer"
	"golang.org/x/crypto/ssh"
)

// PrivateKey is tls:index/privateKey:PrivateKey.
type PrivateKey struct{}

// PrivateKeyArgs are its inputs.
type PrivateKeyArgs struct {
	Algorithm  string  `pulumi:"algorithm"`
	RSABits    *int    `pulumi:"rsaBits,optional"`
	ECDSACurve *string `pulumi:"ecdsaCurve,optional"`
}

// PrivateKeyState adds the key in all its encodings. The ones for SSH are empty for P224, which SSH does not know.
type PrivateKeyState struct {
	PrivateKeyArgs
	PrivateKeyPem              string `pulumi:"privateKeyPem"`
	PrivateKeyPemPkcs8         string `pulumi:"privateKeyPemPkcs8"`
	PrivateKeyOpenssh          string `pulumi:"privateKeyOpenssh"`
	PublicKeyPem               string `pulumi:"publicKeyPem"`
	PublicKeyOpenssh           string `pulumi:"publicKeyOpenssh"`
	PublicKeyFingerprintMd5    string `pulumi:"publicKeyFingerprintMd5"`
	PublicKeyFingerprintSha256 string `pulumi:"publicKeyFingerprintSha256"`
}

// Annotate names the type.
func (r *PrivateKey) Annotate(a infer.Annotator) { a.SetToken("index/privateKey", "PrivateKey") }

// Annotate gives the defaults; P224 is the original's, and no good choice.
func (r *PrivateKeyArgs) Annotate(a infer.Annotator) {
	a.SetDefault(&r.RSABits, 2048)
	a.SetDefault(&r.ECDSACurve, "P224")
}

// WireDependencies marks the private encodings secret.
func (*PrivateKey) WireDependencies(f infer.FieldSelector, _ *PrivateKeyArgs, state *PrivateKeyState) {
	f.OutputField(&state.PrivateKeyPem).AlwaysSecret()
	f.OutputField(&state.PrivateKeyPemPkcs8).AlwaysSecret()
	f.OutputField(&state.PrivateKeyOpenssh).AlwaysSecret()
}

// Check knows the names of algorithms and curves.
func (*PrivateKey) Check(ctx context.Context, req infer.CheckRequest) (infer.CheckResponse[PrivateKeyArgs], error) {
	return check[PrivateKeyArgs](ctx, req, func(c *checker) {
		c.oneOf("algorithm", algorithms...)
		c.oneOf("ecdsaCurve", curveNames...)
	})
}

// Create makes the key. Its id is the digest of the public key.
func (*PrivateKey) Create(
	_ context.Context, req infer.CreateRequest[PrivateKeyArgs],
) (resp infer.CreateResponse[PrivateKeyState], err error) {
	in, out := req.Inputs, &resp.Output
	out.PrivateKeyArgs = in
	if req.DryRun {
		return resp, nil
	}
	key, err := generateKey(in.Algorithm, *in.RSABits, *in.ECDSACurve)
	if err != nil {
		return resp, err
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return resp, err
	}
	resp.ID = digest(public)
	out.PublicKeyPem = encodePEM("PUBLIC KEY", public)

	var errs [2]error
	out.PrivateKeyPem, errs[0] = encodeKey(key)
	out.PrivateKeyPemPkcs8, errs[1] = encodePKCS8(key)
	if err := errors.Join(errs[:]...); err != nil {
		return resp, err
	}
	if in.Algorithm == "ECDSA" && *in.ECDSACurve == "P224" {
		return resp, nil
	}
	block, err := ssh.MarshalPrivateKey(key, "")
	if err != nil {
		return resp, err
	}
	line, err := ssh.NewPublicKey(key.Public())
	if err != nil {
		return resp, err
	}
	out.PrivateKeyOpenssh = string(pem.EncodeToMemory(block))
	out.PublicKeyOpenssh = string(ssh.MarshalAuthorizedKey(line))
	out.PublicKeyFingerprintMd5 = ssh.FingerprintLegacyMD5(line)
	out.PublicKeyFingerprintSha256 = ssh.FingerprintSHA256(line)
	return resp, nil
}

// digest is how resources without a serial number are told apart; nothing relies on SHA-1 here.
func digest(der []byte) string {
	sum := sha1.Sum(der)
	return hex.EncodeToString(sum[:])
}
