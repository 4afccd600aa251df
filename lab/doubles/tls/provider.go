// Package tls doubles Pulumi's tls provider: private keys, certificate requests and the certificates signed from them.
package tls

import (
	"context"
	"fmt"
	"time"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"kubeadm-ha/lab/doubles/internal/serve"
)

// Provider serves the four resources.
func Provider() p.Provider {
	provider := serve.Provider(
		[]infer.InferredResource{
			infer.Resource(&PrivateKey{}),
			infer.Resource(&CertRequest{}),
			infer.Resource(&SelfSignedCert{}),
			infer.Resource(&LocallySignedCert{}),
		},
		serve.Unserved{
			"tls:index/certRequest:CertRequest": {
				"privateKeyPemWo", "privateKeyPemWoVersion", "subject.emailAddress",
			},
			"tls:index/selfSignedCert:SelfSignedCert": {
				"privateKeyPemWo", "privateKeyPemWoVersion", "subject.emailAddress",
			},
			"tls:index/locallySignedCert:LocallySignedCert": {"caPrivateKeyPemWo", "caPrivateKeyPemWoVersion"},
		},
	)
	provider.Check = keepUnknown(provider.Check)
	provider.Diff = diff
	return provider
}

type checkFunc = func(context.Context, p.CheckRequest) (p.CheckResponse, error)

// keepUnknown puts back the inputs that infer loses when it encodes a list that is not known yet: a preview would take
// them for removed.
func keepUnknown(check checkFunc) checkFunc {
	return func(ctx context.Context, req p.CheckRequest) (p.CheckResponse, error) {
		resp, err := check(ctx, req)
		for name, v := range req.Inputs.All {
			if _, kept := resp.Inputs.GetOk(name); !kept && v.HasComputed() {
				resp.Inputs = resp.Inputs.Set(name, v)
			}
		}
		return resp, err
	}
}

// diff is one rule for all resources: every input replaces, but earlyRenewalHours; and a certificate is replaced once
// it is inside its renewal window, counted with the hours that the program names now.
func diff(_ context.Context, req p.DiffRequest) (p.DiffResponse, error) {
	changes := map[string]p.PropertyDiff{}
	for name := range inputNames(req) {
		before, had := req.OldInputs.GetOk(name)
		after, has := req.Inputs.GetOk(name)
		if had == has && plain(before).Equals(plain(after)) {
			continue
		}
		changes[name] = p.PropertyDiff{Kind: kind(name, had, has), InputDiff: true}
	}
	due, err := renewalDue(req.State, req.Inputs)
	if err != nil {
		return p.DiffResponse{}, err
	}
	if due {
		changes["readyForRenewal"] = p.PropertyDiff{Kind: p.UpdateReplace}
	}
	return p.DiffResponse{HasChanges: len(changes) > 0, DetailedDiff: changes}, nil
}

func inputNames(req p.DiffRequest) map[string]bool {
	names := map[string]bool{}
	for _, inputs := range []property.Map{req.OldInputs, req.Inputs} {
		for name := range inputs.All {
			names[name] = true
		}
	}
	for _, name := range append(req.IgnoreChanges, "__defaults", "__internal", "version") {
		delete(names, name)
	}
	return names
}

func kind(name string, had, has bool) p.DiffKind {
	switch {
	case name == "earlyRenewalHours":
		return p.Update
	case !had:
		return p.AddReplace
	case !has:
		return p.DeleteReplace
	}
	return p.UpdateReplace
}

// renewalDue tells whether the certificate of state has come to its end, less the hours that inputs give.
func renewalDue(state, inputs property.Map) (bool, error) {
	end, ok := state.GetOk("validityEndTime")
	if !ok || !end.IsString() {
		return false, nil
	}
	at, err := time.Parse(time.RFC3339, end.AsString())
	if err != nil {
		return false, fmt.Errorf("validityEndTime in the state is not an RFC 3339 time: %w", err)
	}
	if hours := inputs.Get("earlyRenewalHours"); hours.IsNumber() {
		at = at.Add(-time.Duration(hours.AsNumber()) * time.Hour)
	}
	return !time.Now().Before(at), nil
}

// plain is v without secrets and dependencies: that a value became secret is not a reason to make a new key.
func plain(v property.Value) property.Value {
	switch {
	case v.IsArray():
		elements := v.AsArray().AsSlice()
		for i := range elements {
			elements[i] = plain(elements[i])
		}
		return property.New(elements)
	case v.IsMap():
		fields := v.AsMap().AsMap()
		for name := range fields {
			fields[name] = plain(fields[name])
		}
		return property.New(fields)
	}
	return v.WithSecret(false).WithDependencies(nil)
}
