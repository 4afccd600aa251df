import type { AwsImage } from "./options";

/** Processors, as EC2 calls them. */
export type Architecture = "x86_64" | "arm64";

/** Where an image comes from, and who one logs in as. */
export interface ImageSource {
  /** The account of its maker. */
  owner: string;
  /** The names that it has. */
  name: string;
  /** The login name, with sudo that asks for no password. */
  user: string;
}

const canonical = "099720109477"; // https://documentation.ubuntu.com/aws/aws-how-to/instances/find-ubuntu-images/
const debian = "136693071363"; // https://wiki.debian.org/Cloud/AmazonEC2Image

/** Where the image for a processor is found. */
export function imageSource(image: AwsImage, architecture: Architecture): ImageSource {
  const arch = architecture === "arm64" ? "arm64" : "amd64";
  switch (image) {
    case "ubuntu-24.04":
      return {
        owner: canonical,
        name: `ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-${arch}-server-*`,
        user: "ubuntu",
      };
    case "ubuntu-22.04":
      return { owner: canonical, name: `ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-${arch}-server-*`, user: "ubuntu" };
    case "debian-13":
    case "debian-12":
      return { owner: debian, name: `${image}-${arch}-2*`, user: "admin" };
  }
}

/** GiB of the images' own root volumes: a smaller one is refused by EC2. */
export const imageSize = 8;

/** The processor of an instance type: Graviton's have a g right behind the generation (and a1 is one). */
export function architectureOf(instanceType: string): Architecture {
  return /^(a1\.|[a-z]+\d+g)/.test(instanceType) ? "arm64" : "x86_64";
}

/** Whether a text has the form of an instance type. */
export function isInstanceType(text: string): boolean {
  return /^[a-z][a-z0-9-]*\d[a-z0-9-]*\.(nano|micro|small|medium|large|\d*xlarge|metal(-\d+xl)?)$/.test(text);
}

/** Whether volumes show as NVMe disks that name their volume: those of before the Nitro System do not. */
export function isNitro(instanceType: string): boolean {
  return !/^([tm]1|t2|m[234]|c[134]|r[34]|i2|d2|h1|x1e?|g[23]|p[23]|f1|cc2|cr1|hs1)\./.test(instanceType);
}

/** Whether kubeadm's preflight checks find 2 processors and 1700 MB. */
export function isLargeEnough(instanceType: string): boolean {
  return !/\.(nano|micro)$/.test(instanceType) && !/^(?!t)[a-z]+\d+g[a-z]*\.medium$/.test(instanceType);
}
