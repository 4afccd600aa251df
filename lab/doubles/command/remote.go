package command

import (
	"context"
	"fmt"
	"strings"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
)

// Remote is command:remote:Command: a command on another machine, over SSH.
type Remote struct{}

// RemoteArgs are the inputs of a remote command.
type RemoteArgs struct {
	Args
	Connection *Connection `pulumi:"connection" provider:"secret"`
}

// RemoteState is what the engine keeps of a remote command.
type RemoteState struct {
	RemoteArgs
	Outputs
}

// Annotate names the type.
func (r *Remote) Annotate(a infer.Annotator) { a.SetToken("remote", "Command") }

// Annotate gives the defaults that appear in the inputs.
func (r *RemoteArgs) Annotate(a infer.Annotator) { a.SetDefault(&r.AddPreviousOutputInEnv, true) }

// Create runs create.
func (*Remote) Create(
	ctx context.Context, req infer.CreateRequest[RemoteArgs],
) (infer.CreateResponse[RemoteState], error) {
	id, out, err := req.Inputs.create(ctx, req.Name, req.DryRun, req.Inputs.run)
	return infer.CreateResponse[RemoteState]{ID: id, Output: RemoteState{req.Inputs, out}}, err
}

// Update runs update, else create.
func (*Remote) Update(
	ctx context.Context, req infer.UpdateRequest[RemoteArgs, RemoteState],
) (infer.UpdateResponse[RemoteState], error) {
	out, err := req.Inputs.update(ctx, req.State.Outputs, req.DryRun, req.Inputs.run)
	return infer.UpdateResponse[RemoteState]{Output: RemoteState{req.Inputs, out}}, err
}

// Delete runs delete, all of it from the state, the connection too.
func (*Remote) Delete(ctx context.Context, req infer.DeleteRequest[RemoteState]) (infer.DeleteResponse, error) {
	return infer.DeleteResponse{}, req.State.delete(ctx, req.State.Outputs, req.State.run)
}

// run dials, executes line in a session without a terminal, and waits for its end and for its streams to close.
// ctx stops the dialling only: a command that has started runs to its end, as it does in the original.
func (r RemoteArgs) run(ctx context.Context, line string, before Outputs) (Outputs, error) {
	client, err := r.Connection.dial(ctx)
	if err != nil {
		return Outputs{}, err
	}
	defer client.Close()
	session, err := client.NewSession()
	if err != nil {
		return Outputs{}, err
	}
	defer session.Close()

	log := p.GetLogger(ctx)
	for name, value := range r.Environment {
		if err := session.Setenv(name, value); err != nil {
			log.Error(refusedVariable(name))
			return Outputs{}, fmt.Errorf("could not set environment variable %q: %w", name, err)
		}
	}
	// The previous output is an offer: a server that does not take it costs a warning, not the run.
	for name, value := range r.previous(before) {
		if err := session.Setenv(name, value); err != nil {
			log.Warning(refusedVariable(name))
		}
	}
	if r.Stdin != nil && *r.Stdin != "" {
		session.Stdin = strings.NewReader(*r.Stdin)
	}
	out := newTranscript(ctx)
	session.Stdout, session.Stderr = out.writers(r.Logging)
	return out.finish(line, session.Run(line))
}

func refusedVariable(name string) string {
	return fmt.Sprintf("Unable to set '%s': the SSH server takes only the variables its AcceptEnv names. "+
		"Set it in the command itself, or send it on stdin", name)
}
