import { Elsewhere } from "./elsewhere";
import { ca, marker } from "./left";

/** A member of etcd as `etcdctl member list` has it. */
export interface Member {
  id: string;
  name?: string;
  host: string;
  learner?: boolean;
}

/** What is around the machine that leaves: a cluster as its programs see it. */
export interface Around {
  /** Nodes of control planes, by address. */
  nodes?: Record<string, string>;
  members?: Member[];
  /** Addresses at which no API server is ready. */
  unready?: string[];
  /** Addresses at which no member answers. */
  dead?: string[];
  /** The id of etcd's leader. */
  leader?: string;
  /** What the kubelet of the machine is in its cluster; "" for nothing. */
  own?: string;
  /** The event after which the script, with all of its shells, is killed. */
  crash?: string;
  /** Stand-ins instead of those here, or before them. */
  programs?: Record<string, string>;
}

/** The three control planes of the tests. */
export const nodes = { "cp-1": "10.0.0.11", "cp-2": "10.0.0.12", "cp-3": "10.0.0.13" };
/** Their members. */
export const members: Member[] = [
  { id: "a1", name: "cp-1", host: "10.0.0.11" },
  { id: "b2", name: "cp-2", host: "10.0.0.12" },
  { id: "c3", name: "cp-3", host: "10.0.0.13" },
];

/** A line of `etcdctl member list`; one without a name was never started. */
export const memberLine = ({ id, name = "", host, learner = false }: Member) =>
  `${id}, ${name ? "started" : "unstarted"}, ${name}, https://${host}:2380, ${name ? `https://${host}:2379` : ""}, ${learner}\n`;

/** Notes an event, and before it what has become of the manifests; then ends the script where that is asked. */
const note = `note() {
  local now pid
  now=$(cd $there/root/etc/kubernetes/manifests 2>/dev/null && echo *.yaml)
  [ "$now" = "$(cat $there/manifests)" ] || { echo "$now" >$there/manifests; echo "left: $now" >>$there/events; }
  echo "$*" >>$there/events
  [ "$*" = "$(cat $there/crash 2>/dev/null)" ] || return 0
  rm $there/crash; echo crashed >>$there/events
  for ((pid = PPID; pid > 1; pid = $(sed -n 's/^PPid:\\t//p' /proc/$pid/status))); do
    ! grep -qsa "$there/step/[^ ]*/leave.sh" /proc/$pid/cmdline || echo $pid
  done | tac | xargs -r kill -KILL
  exit 1
}`;

const kubectl = `${note}
words=\${*:4} by=$(sed -n 's/^ *server: //p' "$2")
case $words in
  "get nodes "*) cat $there/nodes ;;
  "get node "*" -o name") ! grep -q "^$6 " $there/nodes || echo "node/$6" ;;
  "get node "*Ready*) echo True ;;
  "delete node "*) sed -i "/^$6 /d" $there/nodes ;;
esac
case $words in get*) ;; *) note "$words [$by]" ;; esac`;

const etcdctl = `${note}
urls=\${1#--endpoints=}
case $* in
  *" member list "*) sed '' $there/members ;;
  *" endpoint health"*) grep -qxF -- "$urls" $there/dead && exit 1; echo "asked $urls" >>$there/asked ;;
  *" endpoint status "*) printf '"Leader" : %d\\n' "0x$(cat $there/leader)" ;;
  *" move-leader "*) echo "\${*: -1}" >$there/leader; note "leader is \${*: -1} [$urls]" ;;
  *" member remove "*) sed -i "/^\${*: -1},/d" $there/members; note "removed \${*: -1} [$urls]" ;;
  *" lock "*)
    trap exit TERM
    until mkdir $there/lock 2>/dev/null; do sleep 0.1; done
    trap 'rmdir $there/lock; rm -f $there/holder; echo "lock is free" >>$there/events; exit' TERM
    echo $$ >$there/holder; echo kubeadm-ha/etcd/1; (note "lock is held [$urls]") || true; while :; do sleep 0.1; done ;;
  *) exit 2 ;;
esac`;

const ss = `${note}
note "how many listen"
[ -e $there/root/etc/kubernetes/manifests/kube-apiserver.yaml ] || [ -e $there/serving ] || exit 0
rm -f $there/serving; echo "LISTEN 0 4096 *:6443 *:*"`;

/** The commands of the script on a machine with these stand-ins, and what it tells them. */
export class Leaver {
  readonly machine: Elsewhere;

  constructor({ programs = {}, ...around }: Around = {}) {
    const all: Record<string, string> = {
      kubectl,
      etcdctl,
      ss,
      curl: `! grep -qxF "$(sed "s|.*//||; s|:6443/readyz||" <<<"\${*: -1}")" $there/unready`,
      openssl: '[ ! -s $there/own ] || echo "    commonName                = system:node:$(cat $there/own)"',
    };
    for (const [name, lines] of Object.entries(programs)) all[name] = `${lines}\n${all[name] ?? ""}`;
    this.machine = new Elsewhere(all);
    const { own = "cp-2", unready = [], dead = [], leader = "a1", crash } = around;
    this.machine.note("nodes", lines(Object.entries(around.nodes ?? nodes).map((pair) => pair.join(" "))));
    this.machine.note("members", (around.members ?? members).map(memberLine).join(""));
    this.machine.note("unready", lines(unready));
    this.machine.note("dead", lines(dead.map((host) => `https://${host}:2379`)));
    this.machine.note("leader", `${leader}\n`);
    this.machine.note("own", own);
    this.machine.note("serving", "");
    this.machine.note("manifests", "etcd.yaml kube-apiserver.yaml kube-controller-manager.yaml kube-scheduler.yaml\n");
    if (crash) this.machine.note("crash", `${crash}\n`);
    this.machine.input("pki/ca.crt", ca);
  }

  /** Makes the machine a control plane of the cluster. */
  controlPlane(): this {
    for (const pod of ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"])
      this.machine.write(`/etc/kubernetes/manifests/${pod}.yaml`, "kind: Pod\n");
    const config = "clusters:\n- cluster:\n    server: https://api.example.com:6443\n";
    for (const name of ["admin", "super-admin", "kubelet"]) this.machine.write(`/etc/kubernetes/${name}.conf`, config);
    this.machine.write("/etc/kubernetes/pki/ca.crt", ca);
    this.machine.write("/var/lib/kubeadm-ha/member", marker);
    this.machine.input("etcd-data-dir", "/var/lib/etcd\n");
    return this;
  }

  /** Runs the script; gives how it ended, what it did so far, and what is left. */
  run(script: string, args: string[], deadline = 30) {
    const { status, stderr } = this.machine.step(script, args, { DEADLINE: `${deadline}` });
    // Who holds the lock ends with the script, not before it.
    for (let i = 0; i < 50 && this.machine.read("holder"); i++) Atomics.wait(waiting, 0, 0, 100);
    const events = this.machine.read("events").split("\n").filter(Boolean);
    return { status, stderr, events: events.filter((event) => event !== "how many listen"), asked: this.asked() };
  }

  private asked(): string[] {
    return this.machine.read("asked").split("\n").filter(Boolean);
  }
}

const waiting = new Int32Array(new SharedArrayBuffer(4));
const lines = (all: string[]) => all.map((line) => `${line}\n`).join("");
