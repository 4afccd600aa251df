import { expect, test } from "vitest";
import { downState, haproxyConfig } from "../../components/load-balancer/haproxy";
import { keepalivedConfig } from "../../components/load-balancer/keepalived";
import { nginxConfig } from "../../components/load-balancer/nginx";

const backends = [
  { name: "cp-1", address: "10.0.0.11" },
  { name: "cp-2", address: "2001:db8::12" },
];

test("HAProxy", () => {
  expect(haproxyConfig(backends)).toMatchSnapshot();
});

test("HAProxy waits for what an API server that is slow has to say, and is done with a dead one in 4 s", () => {
  const config = haproxyConfig(backends);
  const seconds = (word: string) => {
    const [, number, unit] = new RegExp(`\\b${word} (\\d+)(ms|s)\\b`).exec(config) ?? [];
    return Number(number) / (unit === "ms" ? 1000 : 1);
  };
  const fall = Number(/\bfall (\d+)/.exec(config)?.[1]);
  // A check has the shorter of the two for its connection with TLS, and then `timeout check` for the answer.
  const connection = Math.min(seconds("timeout connect"), seconds("inter"));
  const between = (fall - 1) * seconds("fastinter");
  expect(seconds("inter") + fall * connection + between).toBeLessThanOrEqual(4);
  // kube-apiserver's --etcd-healthcheck-timeout and --etcd-readycheck-timeout, one after the other.
  expect(seconds("timeout check")).toBeGreaterThan(2 + 2);
  expect(seconds("inter") + fall * seconds("timeout check") + between).toBeLessThanOrEqual(12);
});

test("HAProxy's state of back ends that were never checked has as many fields as it names", () => {
  const [version, header, ...servers] = downState(backends).trimEnd().split("\n");
  expect(version).toBe("1");
  const fields = header.replace("# ", "").split(" ");
  for (const [i, line] of servers.entries()) {
    const values = Object.fromEntries(line.split(" ").map((value, f) => [fields[f], value]));
    expect(line.split(" ")).toHaveLength(fields.length);
    expect(values).toMatchObject({
      be_name: "control-planes",
      srv_name: backends[i].name,
      srv_op_state: "0",
      srv_check_health: "0",
    });
  }
});

test("NGINX", () => {
  expect(nginxConfig(backends)).toMatchSnapshot();
});

test("keepalived", () => {
  expect(
    keepalivedConfig({
      address: "10.0.0.8",
      peers: ["10.0.0.9"],
      virtualAddress: "10.0.0.10",
      virtualRouterId: 51,
      password: "PASSWORD",
    }),
  ).toMatchSnapshot();
});

test("keepalived, of IPv6: by the version of VRRP that has it, which knows no password", () => {
  const config = keepalivedConfig({
    address: "2001:db8::8",
    peers: ["2001:db8::9"],
    virtualAddress: "2001:db8::10",
    virtualRouterId: 51,
    password: "PASSWORD",
  });
  expect(config).toContain("  version 3\n  virtual_ipaddress {\n    2001:db8::10/128 dev $INTERFACE\n");
  expect(config).not.toMatch(/auth|PASSWORD/);
});
