// pulumi-resource-tls is the lab's double of Pulumi's tls provider.
package main

import (
	"kubeadm-ha/lab/doubles/internal/serve"
	"kubeadm-ha/lab/doubles/tls"
)

func main() { serve.Main("tls", "5.6.1", tls.Provider()) }
