#!/usr/bin/env bash
# What was applied: by this machine, and by the cluster in kubeadm-config, which every machine that joins is made by.
# Sourced, never run.
# Input: kubeadm.yaml; where there are any patches/, software/, approver/.
load node kube

# At kubeadm-config: the fingerprint of what it was written from, or that no machine has worked with it yet.
RECORD_ANNOTATION=kubeadm-ha/applied
RECORD_UNVERIFIED=unverified
RECORD=$INPUT/record
# The fingerprint of what this machine works with.
RECORD_OWN=$STATE/applied

# record_fingerprint FILE PATH…: of the file, and of what there is of these files and folders of the input.
record_fingerprint() {
  local file=$1 path paths=(-false)
  shift
  for path; do paths+=(-o -path "./$path" -o -path "./$path/*"); done
  (cat "$file" && cd "$INPUT" && find . -type f \( "${paths[@]}" \) | LC_ALL=C sort | xargs -r sha256sum) |
    sha256sum | cut -d' ' -f1
}

# Of all that this machine is configured with. Files of the API server are in it by their names, which are of their
# content; keys are not.
record_own_fingerprint() {
  record_fingerprint "$INPUT/kubeadm.yaml" patches software approver pki/apiserver-etcd-client.crt
}

# Succeeds when this machine works with what is configured.
record_own_is_current() {
  [ "$(cat "$RECORD_OWN" 2>/dev/null)" = "$(record_own_fingerprint)" ]
}

# This machine works with what is configured. Passwords of registries are in it, too: whoever could read it might try
# which ones fit.
record_note_own() {
  (umask 077 && record_own_fingerprint >"$RECORD_OWN.new" && mv -f "$RECORD_OWN.new" "$RECORD_OWN")
}

# Of what is the same on every machine; the first document is the machine's own.
record_shared_fingerprint() {
  sed '1,/^---$/d' "$INPUT/kubeadm.yaml" >"$INPUT/shared.yaml"
  record_fingerprint "$INPUT/shared.yaml" patches
}

# Reads the record: the fingerprint, if there is one, and kubeadm's ClusterConfiguration.
record_read() {
  kube -n kube-system get configmap kubeadm-config \
    -o "jsonpath={.metadata.annotations.$RECORD_ANNOTATION}{\"\n\"}{.data.ClusterConfiguration}" >"$RECORD"
}

# Succeeds when the record was written from what is configured now.
record_is_current() {
  [ "$(head -n 1 "$RECORD")" = "$(record_shared_fingerprint)" ]
}

record_note_current() {
  record_annotate "$(record_shared_fingerprint)"
}

record_note_unverified() {
  record_annotate "$RECORD_UNVERIFIED"
}

record_annotate() {
  kube -n kube-system annotate configmap kubeadm-config --overwrite "$RECORD_ANNOTATION=$1" >/dev/null
}

# record_version: the version of Kubernetes that the cluster has.
record_version() {
  sed -n 's/^kubernetesVersion: v//p' "$RECORD"
}

# record_upload LOG PHASE: writes what is configured. Before a machine works with it, it counts for nothing: one that
# joins meanwhile, or after a run that ended here, writes what is configured then.
record_upload() {
  poll 60 "the API server to take a note" record_note_unverified
  logged "$1" kubeadm init phase upload-config "$2" --config "$INPUT/kubeadm.yaml" --kubeconfig "$KUBE_CONFIG" ||
    fail "kubeadm could not publish the changed configuration" "" "see $LOGS/$1.log on $(hostname)"
}

# Succeeds when no machine can be made by the record: none has worked with it yet, or it names files that are not here.
record_is_unusable() {
  local name
  [ "$(head -n 1 "$RECORD")" != "$RECORD_UNVERIFIED" ] || return 0
  while read -r name; do
    [ -f "$name" ] || return 0
  done < <(grep -oE "$NODE_SECURITY/[a-z0-9.-]+\.yaml" "$RECORD")
  return 1
}

# The fields that no cluster can change in its life, of a ClusterConfiguration on standard input; one line a value.
record_immutable_fields() {
  awk '/^controlPlaneEndpoint:/ || /^  (podSubnet|serviceSubnet|dnsDomain|local|external):/ || /^ +dataDir:/ {
    $1 = $1; gsub(/["\x27]/, ""); print }' | sort
}

# Fails where a value has changed that no cluster can change in its life.
record_refuse_immutable() {
  local wanted
  ! record_is_current || return 0
  wanted=$(awk '/^kind: / { on = $2 == "ClusterConfiguration" } on' "$INPUT/kubeadm.yaml" | record_immutable_fields)
  record_compare "$(record_immutable_fields <"$RECORD")" "$wanted"
}

# record_refuse_other FIELD VALUE: the same for one of these fields.
record_refuse_other() {
  record_compare "$(record_immutable_fields <"$RECORD" | grep "^$1: ")" "$1: $2"
}

# record_compare LIVING WANTED: fails where they differ, with the lines in which they do.
record_compare() {
  local living wanted
  [ "$1" != "$2" ] || return 0
  living=$(difference <(echo "$1") <(echo "$2"))
  wanted=$(difference <(echo "$2") <(echo "$1"))
  fail "the cluster was made with $living; configured is $wanted" \
    "what it was made with: this never changes in a cluster's life" "put the configuration back; nothing was touched"
}
