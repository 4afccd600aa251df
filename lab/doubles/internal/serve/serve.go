// Package serve runs a double as a Pulumi provider plugin, and says clearly what a double leaves out.
package serve

import (
	"context"
	"fmt"
	"os"
	"strings"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

// Unserved names, for each resource type, the inputs the original has and the double has not.
// A name may reach into an object: "connection.proxy".
type Unserved map[tokens.Type][]string

func (u Unserved) failures(req p.CheckRequest) (failures []p.CheckFailure) {
	for _, path := range u[req.Urn.Type()] {
		if isSet(property.New(req.Inputs), strings.Split(path, ".")) {
			reason := fmt.Sprintf("%v: remove the input, or run on the vendor's plugin", refusal(path))
			failures = append(failures, p.CheckFailure{Reason: reason})
		}
	}
	return failures
}

// Provider serves resources, and refuses every other resource, function, import and unserved input by name.
func Provider(resources []infer.InferredResource, unserved Unserved) p.Provider {
	served := infer.Wrap(refusing(), infer.Options{Resources: resources})

	check := served.Check
	served.Check = func(ctx context.Context, req p.CheckRequest) (p.CheckResponse, error) {
		if failures := unserved.failures(req); len(failures) > 0 {
			return p.CheckResponse{Failures: failures}, nil
		}
		resp, err := check(ctx, req)
		// The engine prints the whole value of the property that a failure names, private keys of a connection included.
		for i, f := range resp.Failures {
			resp.Failures[i] = p.CheckFailure{Reason: fmt.Sprintf("%s: %s", f.Property, f.Reason)}
		}
		return resp, err
	}

	read := served.Read
	served.Read = func(ctx context.Context, req p.ReadRequest) (p.ReadResponse, error) {
		// The engine reads with no state exactly when it imports; a refresh always brings the state.
		if req.Properties.Len() == 0 {
			return p.ReadResponse{}, refusal("import of " + string(req.Urn.Type()))
		}
		return read(ctx, req)
	}
	return served
}

// Main serves provider to the engine as the plugin name at version; it returns when the engine lets go of it.
func Main(name, version string, provider p.Provider) {
	if err := p.RunProvider(context.Background(), name, version, provider); err != nil {
		fmt.Fprintf(os.Stderr, "pulumi-resource-%s: %v\n", name, err)
		os.Exit(1)
	}
}

// refusing is the provider that is asked for every token that no resource claims.
// Check comes before Create, and Read before an import: they stand for all that can follow.
func refusing() p.Provider {
	return p.Provider{
		Check: func(_ context.Context, req p.CheckRequest) (p.CheckResponse, error) {
			return p.CheckResponse{}, refusal(string(req.Urn.Type()))
		},
		Read: func(_ context.Context, req p.ReadRequest) (p.ReadResponse, error) {
			return p.ReadResponse{}, refusal(string(req.Urn.Type()))
		},
		Delete: func(_ context.Context, req p.DeleteRequest) error {
			return refusal(string(req.Urn.Type()))
		},
		Invoke: func(_ context.Context, req p.InvokeRequest) (p.InvokeResponse, error) {
			return p.InvokeResponse{}, refusal(string(req.Token))
		},
	}
}

func refusal(what string) error {
	return fmt.Errorf("the lab's double does not serve %s", what)
}

func isSet(v property.Value, path []string) bool {
	if len(path) == 0 {
		return !v.IsNull()
	}
	return v.IsMap() && isSet(v.AsMap().Get(path[0]), path[1:])
}
