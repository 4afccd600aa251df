#!/usr/bin/env bash
# The cluster's own record of its settings: kubeadm-config, which every machine that joins is made by. Sourced, never run.
# Needs lib.sh, member.sh and kubectl() of ready.sh.

# Of that record: the fingerprint of what it was written from.
PUBLISHED=kubeadm-ha/settings
RECORD=$INPUT/published

# fingerprint_of FILE: of it and of the patches for what kubeadm writes.
fingerprint_of() {
  (cat "$1" && cd "$INPUT" && find . -path './patches/*' | LC_ALL=C sort | xargs -r sha256sum) | sha256sum | cut -d' ' -f1
}

# Of all that this machine is configured with. Files of the API server are in it by their names, which are of their content;
# keys are not.
settings_fingerprint() {
  fingerprint_of "$INPUT/kubeadm.yaml"
}

# This machine works with what is configured.
note_settings() {
  settings_fingerprint >"$SETTINGS"
}

# Of what is the same on every machine; the first document is the machine's own.
shared_fingerprint() {
  sed '1,/^---$/d' "$INPUT/kubeadm.yaml" >"$INPUT/shared.yaml"
  fingerprint_of "$INPUT/shared.yaml"
}

# Reads the record: the fingerprint, if there is one, and kubeadm's ClusterConfiguration.
read_published() {
  kubectl -n kube-system get configmap kubeadm-config \
    -o "jsonpath={.metadata.annotations.$PUBLISHED}{\"\n\"}{.data.ClusterConfiguration}" >"$RECORD"
}

# Succeeds when the record was written from what is configured now.
published() {
  [ "$(head -n 1 "$RECORD")" = "$(shared_fingerprint)" ]
}

note_published() {
  kubectl -n kube-system annotate configmap kubeadm-config --overwrite "$PUBLISHED=$(shared_fingerprint)" >/dev/null
}

note_unproved() {
  kubectl -n kube-system annotate configmap kubeadm-config --overwrite "$PUBLISHED=unproved" >/dev/null
}

# upload LOG PHASE: writes what is configured. Before a machine works with it, it counts for nothing: one that joins meanwhile, or
# after a run that ended here, writes what is configured then.
upload() {
  poll 60 "the API server to take a note" note_unproved
  logged "$1" kubeadm init phase upload-config "$2" --config "$INPUT/kubeadm.yaml" --kubeconfig "$KUBECONFIG" ||
    fail "kubeadm could not publish the changed settings" "" "see $LOGS/$1.log on $(hostname)"
}

# Succeeds when no machine can be made by the record: none has worked with it yet, or it names files that are not here.
unusable() {
  local name
  [ "$(head -n 1 "$RECORD")" != unproved ] || return 0
  while read -r name; do
    [ -f "$name" ] || return 0
  done < <(grep -oE "$SECURITY/[a-z0-9.-]+\.yaml" "$RECORD")
  return 1
}

# What a cluster is born with, of a ClusterConfiguration on standard input; one line a value.
born_with() {
  awk '/^controlPlaneEndpoint:/ || /^  (podSubnet|serviceSubnet|dnsDomain|local|external):/ || /^ +dataDir:/ {
    $1 = $1; gsub(/["\x27]/, ""); print }' | sort
}

# Fails where a value has changed that no cluster can change in its life.
refuse_rebirth() {
  local living wanted
  ! published || return 0
  living=$(born_with <"$RECORD")
  wanted=$(awk '/^kind: / { on = $2 == "ClusterConfiguration" } on' "$INPUT/kubeadm.yaml" | born_with)
  [ "$living" = "$wanted" ] || fail \
    "the cluster was made with $(listed <(echo "$living") <(echo "$wanted")); configured is $(listed <(echo "$wanted") <(echo "$living"))" \
    "what it was made with: this never changes in a cluster's life" "put the configuration back; nothing was touched"
}

# listed A B: the lines of A that are not in B, on one line.
listed() {
  comm -23 "$1" "$2" | paste -sd, | sed 's/,/, /g'
}
