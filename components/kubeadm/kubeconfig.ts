import { stringify } from "yaml";

/** What a kubeconfig with one cluster and one user holds. */
export interface KubeconfigValues {
  /** The cluster's name. */
  clusterName: string;
  /** Where the API is reached, as `host:port`. */
  endpoint: string;
  /** The cluster CA's certificate in PEM. */
  caCertificate: string;
  /** The user's name in the file. */
  user: string;
  /** The user's client certificate in PEM, unless there is a token. */
  certificate?: string;
  /** The key of that certificate in PEM. */
  privateKey?: string;
  /** The user's bearer token, unless there is a certificate. */
  token?: string;
}

/** A kubeconfig with everything embedded, as `kubectl` and client libraries read it. */
export function kubeconfig(values: KubeconfigValues): string {
  const context = `${values.user}@${values.clusterName}`;
  return stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      clusters: [
        {
          name: values.clusterName,
          cluster: {
            server: `https://${values.endpoint}`,
            "certificate-authority-data": base64(values.caCertificate),
          },
        },
      ],
      users: [
        {
          name: values.user,
          user: {
            "client-certificate-data": base64(values.certificate),
            "client-key-data": base64(values.privateKey),
            token: values.token,
          },
        },
      ],
      contexts: [{ name: context, context: { cluster: values.clusterName, user: values.user } }],
      "current-context": context,
    },
    { version: "1.1", lineWidth: 0 },
  );
}

function base64(text?: string): string | undefined {
  return text && Buffer.from(text).toString("base64");
}
