package tls

import (
	"context"
	"fmt"
	"slices"
	"strings"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

// checker collects what is wrong with the inputs. It reads them raw: a value that is not known yet passes.
type checker struct {
	inputs   property.Map
	failures []p.CheckFailure
}

// check decodes the inputs as I, applies the defaults, and adds the failures that rules finds.
func check[I any](
	ctx context.Context, req infer.CheckRequest, rules func(*checker),
) (infer.CheckResponse[I], error) {
	args, failures, err := infer.DefaultCheck[I](ctx, req.NewInputs)
	c := &checker{inputs: req.NewInputs, failures: failures}
	rules(c)
	return infer.CheckResponse[I]{Inputs: args, Failures: c.failures}, err
}

func (c *checker) fail(name, found, expected string) {
	c.failures = append(c.failures, p.CheckFailure{
		Property: name,
		Reason:   fmt.Sprintf("%s is %s, expected %s", name, found, expected),
	})
}

// oneOf holds the string, or each string of the list, to the allowed ones.
func (c *checker) oneOf(name string, allowed ...string) {
	v := c.inputs.Get(name)
	elements := []property.Value{v}
	if v.IsArray() {
		elements = v.AsArray().AsSlice()
	}
	for _, e := range elements {
		if e.IsString() && !slices.Contains(allowed, e.AsString()) {
			c.fail(name, fmt.Sprintf("%q", e.AsString()), "one of "+strings.Join(allowed, ", "))
		}
	}
}

// atLeast holds the number to its lower bound.
func (c *checker) atLeast(name string, bound float64) {
	if v := c.inputs.Get(name); v.IsNumber() && v.AsNumber() < bound {
		c.fail(name, fmt.Sprint(v.AsNumber()), fmt.Sprintf("at least %v", bound))
	}
}
