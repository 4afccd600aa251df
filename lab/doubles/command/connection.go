package command

import (
	"context"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"golang.org/x/crypto/ssh"
)

// Between two attempts to dial: the first pause, and the longest; each pause is half as long again as the last.
const (
	firstPause   = 100 * time.Millisecond
	longestPause = 5 * time.Second
)

// Hop says how to reach one SSH server.
type Hop struct {
	Host               string   `pulumi:"host"`
	Port               *float64 `pulumi:"port,optional"`
	User               *string  `pulumi:"user,optional"`
	Password           *string  `pulumi:"password,optional"`
	PrivateKey         *string  `pulumi:"privateKey,optional"`
	PrivateKeyPassword *string  `pulumi:"privateKeyPassword,optional"`
	HostKey            *string  `pulumi:"hostKey,optional"`
	DialErrorLimit     *int     `pulumi:"dialErrorLimit,optional"`
	PerDialTimeout     *int     `pulumi:"perDialTimeout,optional"`
}

// Connection says how to reach a machine. Every field is an input like any other: a change re-runs the command.
type Connection struct {
	Hop
	Proxy *Proxy `pulumi:"proxy,optional"`
}

// Proxy is the one SSH server that a connection may go by.
type Proxy struct{ Hop }

// Annotate gives the defaults that appear in the inputs.
func (c *Connection) Annotate(a infer.Annotator) { c.Hop.annotate(a) }

// Annotate gives the defaults that appear in the inputs.
func (c *Proxy) Annotate(a infer.Annotator) { c.Hop.annotate(a) }

func (c *Hop) annotate(a infer.Annotator) {
	a.SetDefault(&c.User, "root")
	a.SetDefault(&c.Port, 22)
	a.SetDefault(&c.DialErrorLimit, 10)
	a.SetDefault(&c.PerDialTimeout, 15)
}

func (c *Hop) address() string {
	return net.JoinHostPort(c.Host, strconv.Itoa(int(*c.Port)))
}

// link is a connection with the connections that carry it.
type link struct {
	*ssh.Client
	carrier *ssh.Client
}

// Close ends all of it.
func (l *link) Close() error {
	err := l.Client.Close()
	if l.carrier != nil {
		l.carrier.Close()
	}
	return err
}

// dial connects, by way of the proxy if there is one.
func (c *Connection) dial(ctx context.Context) (*link, error) {
	config, err := c.clientConfig()
	if err != nil {
		return nil, err
	}
	if c.Proxy == nil {
		client, err := retry(ctx, "Dial", *c.DialErrorLimit, func() (*ssh.Client, error) {
			return ssh.Dial("tcp", c.address(), config)
		})
		return &link{Client: client}, err
	}
	client, err := c.dialByProxy(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("proxy: %w", err)
	}
	return client, nil
}

// dialByProxy has three stages, each with its own attempts: to the proxy by the proxy's limit, from there to the
// machine's port, and the handshake with the machine by the machine's limit. A handshake is tried again on the stream
// that the first attempt left behind, as in the original: one that failed stays failed.
func (c *Connection) dialByProxy(ctx context.Context, config *ssh.ClientConfig) (*link, error) {
	proxyConfig, err := c.Proxy.clientConfig()
	if err != nil {
		return nil, err
	}
	carrier, err := retry(ctx, "Dial proxy", *c.Proxy.DialErrorLimit, func() (*ssh.Client, error) {
		return ssh.Dial("tcp", c.Proxy.address(), proxyConfig)
	})
	if err != nil {
		return nil, err
	}
	stream, err := retry(ctx, "Dial from proxy", *c.DialErrorLimit, func() (net.Conn, error) {
		return carrier.Dial("tcp", c.address())
	})
	if err != nil {
		carrier.Close()
		return nil, err
	}
	client, err := retry(ctx, "Dial", *c.DialErrorLimit, func() (*ssh.Client, error) {
		conn, channels, requests, err := ssh.NewClientConn(stream, c.address(), config)
		if err != nil {
			return nil, err
		}
		return ssh.NewClient(conn, channels, requests), nil
	})
	if err != nil {
		carrier.Close()
		return nil, err
	}
	return &link{client, carrier}, nil
}

// retry tries again after a failure of any kind, limit times; -1 is without end, until ctx ends.
func retry[T any](ctx context.Context, what string, limit int, attempt func() (T, error)) (T, error) {
	var none T
	of := "inf"
	if limit >= 0 {
		of = strconv.Itoa(limit)
	}
	pause := firstPause
	for failed := 0; ; failed++ {
		result, err := attempt()
		if err == nil {
			return result, nil
		}
		if limit >= 0 && failed >= limit {
			return none, fmt.Errorf("after %d failed attempts: %w", failed, err)
		}
		p.GetLogger(ctx).InfoStatusf("%s %d/%s failed: retrying", what, failed+1, of)
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return none, ctx.Err()
		}
		pause = min(pause*3/2, longestPause)
	}
}

// clientConfig holds the credentials that the connection names. Timeout bounds the TCP connect alone.
// The algorithms are left to x/crypto, whose first choice among a server's host keys need not be the pinned one:
// a machine whose key is pinned must have that one only, or an ECDSA one.
func (c *Hop) clientConfig() (*ssh.ClientConfig, error) {
	config := &ssh.ClientConfig{
		User:            *c.User,
		HostKeyCallback: ssh.InsecureIgnoreHostKey(),
		Timeout:         time.Duration(*c.PerDialTimeout) * time.Second,
	}
	if c.HostKey != nil {
		key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(*c.HostKey))
		if err != nil {
			return nil, fmt.Errorf("hostKey is not a line of authorized_keys format: %w", err)
		}
		config.HostKeyCallback = ssh.FixedHostKey(key)
	}
	if c.PrivateKey != nil {
		signer, err := c.signer()
		if err != nil {
			return nil, err
		}
		config.Auth = append(config.Auth, ssh.PublicKeys(signer))
	}
	if c.Password != nil {
		config.Auth = append(config.Auth, ssh.Password(*c.Password), ssh.KeyboardInteractive(c.answer))
	}
	return config, probeAgent()
}

func (c *Hop) signer() (ssh.Signer, error) {
	if c.PrivateKeyPassword != nil {
		return ssh.ParsePrivateKeyWithPassphrase([]byte(*c.PrivateKey), []byte(*c.PrivateKeyPassword))
	}
	return ssh.ParsePrivateKey([]byte(*c.PrivateKey))
}

func (c *Hop) answer(_, _ string, questions []string, _ []bool) ([]string, error) {
	answers := make([]string, len(questions))
	for i := range answers {
		answers[i] = *c.Password
	}
	return answers, nil
}

// probeAgent fails where the original would: it dials the agent of the environment even if it has no need of it.
// The agent's keys are not used: a connection that works only with somebody's agent is not reproducible.
func probeAgent() error {
	socket := os.Getenv("SSH_AUTH_SOCK")
	if socket == "" {
		return nil
	}
	agent, err := net.Dial("unix", socket)
	if err != nil {
		return err
	}
	return agent.Close()
}
