package tls

import (
	"crypto/x509/pkix"
	"fmt"
	"net"
	"net/url"
)

// Identity is who a certificate is for: its private key, subject and alternative names.
type Identity struct {
	PrivateKeyPem string   `pulumi:"privateKeyPem" provider:"secret"`
	Subject       *Subject `pulumi:"subject,optional"`
	DNSNames      []string `pulumi:"dnsNames,optional"`
	IPAddresses   []string `pulumi:"ipAddresses,optional"`
	URIs          []string `pulumi:"uris,optional"`
}

// Subject is a distinguished name. A field takes one value, as in the original.
type Subject struct {
	CommonName         *string  `pulumi:"commonName,optional"`
	Organization       *string  `pulumi:"organization,optional"`
	OrganizationalUnit *string  `pulumi:"organizationalUnit,optional"`
	StreetAddresses    []string `pulumi:"streetAddresses,optional"`
	Locality           *string  `pulumi:"locality,optional"`
	Province           *string  `pulumi:"province,optional"`
	Country            *string  `pulumi:"country,optional"`
	PostalCode         *string  `pulumi:"postalCode,optional"`
	SerialNumber       *string  `pulumi:"serialNumber,optional"`
}

func (i Identity) name() pkix.Name {
	s := i.Subject
	if s == nil {
		return pkix.Name{}
	}
	return pkix.Name{
		CommonName:         value(s.CommonName),
		Organization:       list(s.Organization),
		OrganizationalUnit: list(s.OrganizationalUnit),
		StreetAddress:      s.StreetAddresses,
		Locality:           list(s.Locality),
		Province:           list(s.Province),
		Country:            list(s.Country),
		PostalCode:         list(s.PostalCode),
		SerialNumber:       value(s.SerialNumber),
	}
}

func (i Identity) addresses() ([]net.IP, error) {
	var ips []net.IP
	for _, text := range i.IPAddresses {
		ip := net.ParseIP(text)
		if ip == nil {
			return nil, fmt.Errorf("ipAddresses has %q, expected an IP address", text)
		}
		ips = append(ips, ip)
	}
	return ips, nil
}

func (i Identity) locators() ([]*url.URL, error) {
	var urls []*url.URL
	for _, text := range i.URIs {
		u, err := url.Parse(text)
		if err != nil {
			return nil, fmt.Errorf("uris has %q: %w", text, err)
		}
		urls = append(urls, u)
	}
	return urls, nil
}

func list(field *string) []string {
	if value(field) == "" {
		return nil
	}
	return []string{*field}
}

// value is what p points to, or the zero value.
func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}
