package command

import (
	"context"
	"os"
	"os/exec"
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"
)

// Local is command:local:Command: a command on the machine that runs the engine.
type Local struct{}

// LocalArgs are the inputs of a local command.
type LocalArgs struct {
	Args
	Interpreter *[]string `pulumi:"interpreter,optional"`
	Dir         *string   `pulumi:"dir,optional"`
}

// LocalState is what the engine keeps of a local command.
type LocalState struct {
	LocalArgs
	Outputs
}

// Annotate names the type.
func (l *Local) Annotate(a infer.Annotator) { a.SetToken("local", "Command") }

// Annotate gives the defaults that appear in the inputs.
func (l *LocalArgs) Annotate(a infer.Annotator) { a.SetDefault(&l.AddPreviousOutputInEnv, true) }

// Create runs create.
func (*Local) Create(
	ctx context.Context, req infer.CreateRequest[LocalArgs],
) (infer.CreateResponse[LocalState], error) {
	id, out, err := req.Inputs.create(ctx, req.Name, req.DryRun, req.Inputs.run)
	return infer.CreateResponse[LocalState]{ID: id, Output: LocalState{req.Inputs, out}}, err
}

// Update runs update, else create.
func (*Local) Update(
	ctx context.Context, req infer.UpdateRequest[LocalArgs, LocalState],
) (infer.UpdateResponse[LocalState], error) {
	out, err := req.Inputs.update(ctx, req.State.Outputs, req.DryRun, req.Inputs.run)
	return infer.UpdateResponse[LocalState]{Output: LocalState{req.Inputs, out}}, err
}

// Delete runs delete, all of it from the state.
func (*Local) Delete(ctx context.Context, req infer.DeleteRequest[LocalState]) (infer.DeleteResponse, error) {
	return infer.DeleteResponse{}, req.State.delete(ctx, req.State.Outputs, req.State.run)
}

// run executes line by the interpreter, in the plugin's own environment and, without dir, its own directory.
// When ctx ends the interpreter is killed, its children are not.
func (l LocalArgs) run(ctx context.Context, line string, before Outputs) (Outputs, error) {
	argv := []string{"/bin/sh", "-c"}
	if l.Interpreter != nil && len(*l.Interpreter) > 0 {
		argv = *l.Interpreter
	}
	cmd := exec.CommandContext(ctx, argv[0], append(argv[1:len(argv):len(argv)], line)...)
	if l.Dir != nil {
		cmd.Dir = *l.Dir
	}
	cmd.Env = os.Environ()
	for _, env := range []map[string]string{l.Environment, l.previous(before)} {
		for name, value := range env {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	if l.Stdin != nil && *l.Stdin != "" {
		cmd.Stdin = strings.NewReader(*l.Stdin)
	}
	out := newTranscript(ctx)
	cmd.Stdout, cmd.Stderr = out.writers(l.Logging)
	return out.finish(line, cmd.Run())
}
