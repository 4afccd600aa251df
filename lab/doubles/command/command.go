// Package command doubles Pulumi's command provider: command:local:Command and command:remote:Command.
package command

import (
	"context"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"kubeadm-ha/lab/doubles/internal/serve"
)

// Provider serves the two commands.
func Provider() p.Provider {
	return serve.Provider(
		[]infer.InferredResource{infer.Resource(&Local{}), infer.Resource(&Remote{})},
		serve.Unserved{
			"command:local:Command":  {"assetPaths", "archivePaths"},
			"command:remote:Command": {"connection.agentSocketPath", "connection.proxy.agentSocketPath"},
		},
	)
}

// Args are the inputs that both commands have. Any change of an input re-runs the command (update, else create);
// only triggers, coming or going as a whole, replace. The SDK adds the replacement when one of them changes.
type Args struct {
	Create *string `pulumi:"create,optional"`
	Update *string `pulumi:"update,optional"`
	Delete *string `pulumi:"delete,optional"`

	Triggers               *[]any            `pulumi:"triggers,optional" provider:"replaceOnChanges"`
	Stdin                  *string           `pulumi:"stdin,optional"`
	Logging                *Logging          `pulumi:"logging,optional"`
	Environment            map[string]string `pulumi:"environment,optional"`
	AddPreviousOutputInEnv *bool             `pulumi:"addPreviousOutputInEnv,optional"`
}

// Outputs are what the last run printed, each without its last newline. They are never secret by themselves.
type Outputs struct {
	Stdout string `pulumi:"stdout"`
	Stderr string `pulumi:"stderr"`
}

// previous is what the run before printed, as the variables that are offered to the next one.
func (a Args) previous(o Outputs) map[string]string {
	env := map[string]string{}
	if a.AddPreviousOutputInEnv != nil && !*a.AddPreviousOutputInEnv {
		return env
	}
	if o.Stdout != "" {
		env["PULUMI_COMMAND_STDOUT"] = o.Stdout
	}
	if o.Stderr != "" {
		env["PULUMI_COMMAND_STDERR"] = o.Stderr
	}
	return env
}

// runner runs one command line, given what the run before it printed.
type runner func(ctx context.Context, line string, before Outputs) (Outputs, error)

// create runs the create command, if there is one. Nothing runs in a preview.
func (a Args) create(ctx context.Context, name string, dryRun bool, run runner) (string, Outputs, error) {
	id, err := resource.NewUniqueHex(name, 8, 0)
	if err != nil || dryRun || a.Create == nil {
		return id, Outputs{}, err
	}
	out, err := run(ctx, *a.Create, Outputs{})
	return id, out, err
}

// update runs the update command or, for want of one, create again. Nothing runs in a preview.
func (a Args) update(ctx context.Context, before Outputs, dryRun bool, run runner) (Outputs, error) {
	line := a.Update
	if line == nil {
		line = a.Create
	}
	if dryRun || line == nil {
		return before, nil
	}
	return run(ctx, *line, before)
}

// delete runs the delete command of the state; with none there is nothing to do.
func (a Args) delete(ctx context.Context, before Outputs, run runner) error {
	if a.Delete == nil {
		return nil
	}
	_, err := run(ctx, *a.Delete, before)
	return err
}
