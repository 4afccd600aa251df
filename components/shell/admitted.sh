#!/usr/bin/env bash
# Which machines are to be in the cluster, and which were: the list that admit.sh has told it. Sourced, never run.
load kube

ADMITTED_LIST=kubeadm-ha-nodes
# What was read of it: one line a machine, its name first; and the names of those that were in an earlier list.
ADMITTED=$INPUT/admitted
ADMITTED_FORMER=$INPUT/admitted-former

# admitted_read: fails where the API does not answer; where nobody was admitted yet, both are empty.
admitted_read() {
  local list
  list=$(kube -n kube-system get configmap "$ADMITTED_LIST" --ignore-not-found \
    -o 'go-template={{with .data}}{{.nodes}}{{"\n--\n"}}{{with .former}}{{.}}{{end}}{{end}}') || return 1
  sed -n '/^--$/q; /./p' <<<"$list" >"$ADMITTED"
  sed -n '1,/^--$/d; /./p' <<<"$list" >"$ADMITTED_FORMER"
}

admitted_names() {
  cut -d' ' -f1 "$ADMITTED"
}
