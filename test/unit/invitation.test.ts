import { expect, test } from "vitest";
import { parse } from "yaml";
import { downloadConfiguration, invitationOf, waveOf } from "../../components/control-plane/invitation";

test("a token and a key of the form that kubeadm asks for", () => {
  const { token, certificateKey } = invitationOf("seed", "wave");
  expect(token).toMatch(/^[a-z0-9]{6}\.[a-z0-9]{16}$/);
  expect(certificateKey).toMatch(/^[0-9a-f]{64}$/);
  expect(certificateKey).not.toContain(token.split(".")[1]);
});

test("the same for a wave, others for another wave and for another cluster", () => {
  expect(invitationOf("seed", "wave")).toEqual(invitationOf("seed", "wave"));
  const others = [invitationOf("seed", "other"), invitationOf("other", "wave"), invitationOf("seed", "wave")];
  for (const key of ["token", "certificateKey"] as const) expect(new Set(others.map((one) => one[key])).size).toBe(3);
});

test("a new machine, or another in its place, makes another wave; the order of the list does not", () => {
  expect(waveOf(["a", "b"])).toBe(waveOf(["b", "a"]));
  expect(new Set([waveOf(["a", "b"]), waveOf(["a", "b", "c"]), waveOf(["a", "c"]), waveOf(["ab"])]).size).toBe(4);
});

test("the key for the certificates is in a configuration file, and not on a command line", () => {
  const node = { name: "cp-2", address: "10.0.0.12" };
  const { controlPlane, discovery } = parse(downloadConfiguration(node, "aa", { kubernetesVersion: "1.36.3" }));
  expect(controlPlane.certificateKey).toBe("aa");
  expect(discovery).toEqual({ file: { kubeConfigPath: "/etc/kubernetes/discovery.conf" } });
});
