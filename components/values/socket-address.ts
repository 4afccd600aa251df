/** Address and port as configurations and URLs have them; IPv6 in brackets. */
export function socketAddress(address: string, port: number): string {
  return `${address.includes(":") ? `[${address}]` : address}:${port}`;
}
