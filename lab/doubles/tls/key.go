package tls

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
)

var (
	algorithms = []string{"RSA", "ECDSA", "ED25519"}
	curveNames = []string{"P224", "P256", "P384", "P521"}
	curves     = map[string]elliptic.Curve{
		"P224": elliptic.P224(), "P256": elliptic.P256(), "P384": elliptic.P384(), "P521": elliptic.P521(),
	}
)

// generateKey makes a key; bits counts for RSA, curve for ECDSA.
func generateKey(algorithm string, bits int, curve string) (crypto.Signer, error) {
	switch algorithm {
	case "RSA":
		return rsa.GenerateKey(rand.Reader, bits)
	case "ECDSA":
		return ecdsa.GenerateKey(curves[curve], rand.Reader)
	case "ED25519":
		_, key, err := ed25519.GenerateKey(rand.Reader)
		return key, err
	}
	return nil, fmt.Errorf("algorithm is %q, expected one of %v", algorithm, algorithms)
}

// encodeKey is the key's traditional PEM: PKCS#1 for RSA, SEC 1 for ECDSA; ED25519 never had one and is in PKCS#8.
func encodeKey(key crypto.Signer) (string, error) {
	switch k := key.(type) {
	case *rsa.PrivateKey:
		return encodePEM("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(k)), nil
	case *ecdsa.PrivateKey:
		der, err := x509.MarshalECPrivateKey(k)
		return encodePEM("EC PRIVATE KEY", der), err
	}
	return encodePKCS8(key)
}

func encodePKCS8(key crypto.Signer) (string, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	return encodePEM("PRIVATE KEY", der), err
}

// parseKey reads any PEM that encodeKey and encodePKCS8 write, and names its algorithm. name is the input it came from:
// an error tells of the input, never of its content.
func parseKey(name, text string) (crypto.Signer, string, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, "", fmt.Errorf("%s has no PEM block, expected a private key", name)
	}
	var key any
	var err error
	switch block.Type {
	case "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		key, err = x509.ParseECPrivateKey(block.Bytes)
	case "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	default:
		err = fmt.Errorf("PEM block %q, expected a private key in PKCS#1, SEC 1 or PKCS#8", block.Type)
	}
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", name, err)
	}
	switch k := key.(type) {
	case *rsa.PrivateKey:
		return k, "RSA", nil
	case *ecdsa.PrivateKey:
		return k, "ECDSA", nil
	case ed25519.PrivateKey:
		return k, "ED25519", nil
	}
	return nil, "", fmt.Errorf("%s: key of type %T, expected one of %v", name, key, algorithms)
}

// decodePEM returns the content of text's first block, which must be of the given type.
func decodePEM(name, text, blockType string) ([]byte, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil || block.Type != blockType {
		return nil, fmt.Errorf("%s has no PEM block %q", name, blockType)
	}
	return block.Bytes, nil
}

func encodePEM(blockType string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: blockType, Bytes: der}))
}
