/** Below `/etc/kubernetes/pki`: an intermediate with its issuers, for those that know roots only. */
export const chainFile = "ca-chain.crt";
