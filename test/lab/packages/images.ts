import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Any } from "../../support/lab";
import { output } from "../../support/process";

/** A registry's content: manifests by `name:tag` and by digest, blobs as files. */
export interface Images {
  manifests: Map<string, { type: string; text: string }>;
  /** The file of a blob. */
  blob(digest: string): string;
}

/** An image in an archive that was unpacked. */
interface Unpacked {
  reference: string;
  mediaType: string;
  /** Its manifest. */
  text: string;
  /** Its blobs: digest and file. */
  files: [string, string][];
}

/**
 * The images of an archive: an OCI layout, as what is made here and newer Dockers' are, or Docker's own format, as
 * Podman's are.
 */
export function imagesIn(dir: string): Unpacked[] {
  const read = (file: string) => readFileSync(join(dir, file), "utf8");
  if (existsSync(join(dir, "index.json"))) {
    return JSON.parse(read("index.json")).manifests.map(({ annotations, mediaType, digest }: Any) => {
      const path = (digest: string) => `blobs/sha256/${digest.replace("sha256:", "")}`;
      const text = read(path(digest));
      const { config, layers } = JSON.parse(text);
      const files = [config, ...layers].map((blob: Any) => [blob.digest, join(dir, path(blob.digest))]);
      return { reference: annotations["io.containerd.image.name"], mediaType, text, files };
    });
  }
  return JSON.parse(read("manifest.json")).flatMap(({ Config, RepoTags, Layers }: Any) => {
    const described = (kind: string, file: string) => {
      const content = readFileSync(join(dir, file));
      const digest = `sha256:${createHash("sha256").update(content).digest("hex")}`;
      return { mediaType: `application/vnd.oci.image.${kind}`, digest, size: content.length };
    };
    const config = described("config.v1+json", Config);
    const layers = Layers.map((file: string) => described("layer.v1.tar", file));
    const mediaType = "application/vnd.oci.image.manifest.v1+json";
    const text = JSON.stringify({ schemaVersion: 2, mediaType, config, layers });
    const files = [config, ...layers].map(({ digest }, i) => [digest, join(dir, [Config, ...Layers][i])]);
    return RepoTags.map((reference: string) => ({ reference, mediaType, text, files }));
  });
}

/**
 * The images of a bundle as registries have them. Where the bundle's own were made here, two are completed: upstream's
 * etcd brings etcdctl, and flannel's CNI plugin has an image.
 */
export async function readImages(root: string, bundle: string): Promise<Images> {
  const blobs = join(root, "blobs");
  mkdirSync(blobs, { recursive: true });
  const manifests: Images["manifests"] = new Map();
  const blob = (digest: string) => join(blobs, digest.replace("sha256:", ""));
  const store = (content: Buffer | string) => {
    const digest = `sha256:${createHash("sha256").update(content).digest("hex")}`;
    writeFileSync(blob(digest), content);
    return { digest, size: Buffer.byteLength(content) };
  };
  const publish = (reference: string, type: string, text: string) => {
    const [, name, tag] = /^[^/]+\/(.*):([^:]+)$/.exec(reference) ?? [];
    manifests.set(`${name}:${tag}`, { type, text });
    manifests.set(`${name}@${store(text).digest}`, { type, text });
  };
  /** The image with one file more, as another layer. */
  const withFile = async (manifest: Any, path: string, from: string): Promise<string> => {
    const layer = join(root, "layer.tar");
    const moved = `s,^.*,${path},`;
    await output(["tar", "--owner=0", "--group=0", "--mode=755", "-P", "--transform", moved, "-cf", layer, from]);
    const added = store(readFileSync(layer));
    const config = JSON.parse(readFileSync(blob(manifest.config.digest), "utf8"));
    config.rootfs.diff_ids.push(added.digest);
    return JSON.stringify({
      ...manifest,
      config: { ...manifest.config, ...store(JSON.stringify(config)) },
      layers: [...manifest.layers, { mediaType: "application/vnd.oci.image.layer.v1.tar", ...added }],
    });
  };

  for (const archive of ["kubernetes.tar", "flannel.tar"]) {
    const dir = join(root, archive);
    mkdirSync(dir);
    await output(["tar", "-C", dir, "-xf", join(bundle, "images", archive)], { deadline: 300 });
    for (const { reference, mediaType, text, files } of imagesIn(dir)) {
      for (const [digest, file] of files) if (!existsSync(blob(digest))) symlinkSync(file, blob(digest));
      const manifest = JSON.parse(text);
      const etcd = /\/etcd:/.test(reference);
      publish(
        reference,
        mediaType,
        etcd ? await withFile(manifest, "usr/local/bin/etcdctl", join(bundle, "bin/etcdctl")) : text,
      );
      if (archive === "flannel.tar") {
        const plugin = await withFile(manifest, "flannel", join(bundle, "cni/flannel"));
        publish("ghcr.io/flannel-io/flannel-cni-plugin:v1.6.2-flannel1", mediaType, plugin);
      }
    }
  }
  return { manifests, blob };
}
