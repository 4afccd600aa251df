// pulumi-resource-command is the lab's double of Pulumi's command provider.
package main

import (
	"kubeadm-ha/lab/doubles/command"
	"kubeadm-ha/lab/doubles/internal/serve"
)

func main() { serve.Main("command", "1.2.1", command.Provider()) }
