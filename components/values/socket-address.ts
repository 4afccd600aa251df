import { isHost } from "./addresses";

/** Address and port as configurations and URLs have them; IPv6 in brackets. */
export function socketAddress(address: string, port: number): string {
  return `${address.includes(":") ? `[${address}]` : address}:${port}`;
}

/** The host of `api.example.com:6443` or `[2001:db8::1]:6443`; undefined where a text is no host and port. */
export function socketHost(text: string): string | undefined {
  const [, host, port] = /^(?:\[([^\]]*:[^\]]*)\]|([^:[\]]+)):(\d+)$/.exec(text)?.filter((x) => x !== undefined) ?? [];
  return isHost(host ?? "") && Number(port) > 0 && Number(port) < 65536 ? host : undefined;
}

/** Whether a text is a host and a port. */
export function isSocketAddress(text: string): boolean {
  return socketHost(text) !== undefined;
}
