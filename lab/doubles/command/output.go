package command

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
)

// Logging selects the streams that are shown while a command runs; none of them changes the outputs.
type Logging string

// Values are the settings that the schema allows.
func (Logging) Values() []infer.EnumValue[Logging] {
	return []infer.EnumValue[Logging]{
		{Name: "stdout", Value: "stdout"},
		{Name: "stderr", Value: "stderr"},
		{Name: "stdoutAndStderr", Value: "stdoutAndStderr"},
		{Name: "none", Value: "none"},
	}
}

func (l *Logging) shows(stream Logging) bool {
	return l == nil || *l == stream || *l == "stdoutAndStderr"
}

// maxLine is the buffer of the original's log reader. A line that does not fit stops the reader, and the command
// then blocks forever on its next write; here it is an error instead.
const maxLine = 64 * 1024

// transcript takes what a command prints: for the outputs, for the error, and line by line for the log.
// Its writers are safe to use at the same time.
type transcript struct {
	show                func(line string)
	mu                  sync.Mutex
	stdout, stderr, all bytes.Buffer
	line                []byte // the end of the log that has no newline yet, of both streams together as in the original
	tooLong             bool
}

func newTranscript(ctx context.Context) *transcript {
	return &transcript{show: p.GetLogger(ctx).InfoStatus}
}

// writers returns the ends for the command's stdout and stderr.
func (t *transcript) writers(logging *Logging) (stdout, stderr io.Writer) {
	return &stream{t, &t.stdout, logging.shows("stdout")}, &stream{t, &t.stderr, logging.shows("stderr")}
}

type stream struct {
	*transcript
	into  *bytes.Buffer
	shown bool
}

func (s *stream) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.into.Write(b)
	s.all.Write(b)
	if s.shown && !s.tooLong {
		s.log(b)
	}
	return len(b), nil
}

// log shows every line that b completes. The caller holds the lock.
func (t *transcript) log(b []byte) {
	t.line = append(t.line, b...)
	for {
		end := bytes.IndexByte(t.line, '\n')
		if end >= maxLine || end < 0 && len(t.line) >= maxLine {
			t.tooLong, t.line = true, nil
			return
		}
		if end < 0 {
			return
		}
		t.show(strings.TrimSuffix(string(t.line[:end]), "\r"))
		t.line = t.line[end+1:]
	}
}

// finish turns the end of a run into its outputs, or into the error that quotes the command and all it printed.
func (t *transcript) finish(command string, err error) (Outputs, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.line) > 0 {
		t.show(string(t.line))
	}
	switch {
	case err != nil:
		return Outputs{}, fmt.Errorf("%w: running %q:\n%s", err, command, t.all.String())
	case t.tooLong:
		return Outputs{}, fmt.Errorf("a line of %d bytes or more in the output of %q: the vendor's plugin hangs on it; "+
			"print shorter lines, or set logging to none", maxLine, command)
	}
	return Outputs{
		Stdout: strings.TrimSuffix(t.stdout.String(), "\n"),
		Stderr: strings.TrimSuffix(t.stderr.String(), "\n"),
	}, nil
}
