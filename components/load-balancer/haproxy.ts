import { apiPort, checkPort, statsPort } from "../values/ports";
import { socketAddress } from "../values/socket-address";
import type { Backend } from "./backend";

/**
 * HAProxy passes TCP through and asks each API server itself, over TLS verified with the cluster's CA, whether it is
 * ready: one that lost etcd still accepts connections (https://kubernetes.io/docs/reference/using-api/health-checks/).
 */
export function haproxyConfig(backends: Backend[]): string {
  return `global
  log /dev/log local0
  user haproxy
  group haproxy
  stats socket /run/haproxy/admin.sock mode 600 level admin expose-fd listeners
  # What is not in this file (a new back end, or any after a boot) counts as down until its first check says otherwise.
  server-state-file /var/lib/haproxy/server-state

defaults
  mode tcp
  log global
  option tcplog
  option dontlognull
  load-server-state-from-file global
  timeout connect 2s
  # An API server asks etcd for 2 s, twice, before it says that it is not ready. That counts, and not a slow answer:
  # to be down cuts connections.
  timeout check 5s
  # Until both sides have spoken; from then on the tunnel's: a quiet 'kubectl logs -f' or watch lives for a day.
  timeout client 30s
  timeout server 30s
  timeout tunnel 24h
  # A peer that vanished without a word is noticed by keepalives instead.
  option clitcpka
  option srvtcpka

frontend kubernetes-api
  bind :::${apiPort} v4v6
  default_backend control-planes

# For this machine's own check of the way to an API server, which would be a line in the log every second.
frontend check
  bind 127.0.0.1:${checkPort}
  no log
  default_backend control-planes

backend control-planes
  balance roundrobin
  option httpchk
  http-check send meth GET uri /readyz ver HTTP/1.1 hdr Host kubernetes
  # One that ends in order serves what it has begun, and gets nothing new.
  http-check expect ! string "[-]shutdown failed" error-status L7OKC
  http-check expect status 200
  # A connection that one API server refuses goes to another.
  retries 3
  option redispatch 1
  default-server check check-ssl verify required ca-file /etc/haproxy/kubernetes-ca.crt check-sni kubernetes \
verifyhost kubernetes inter 1s fastinter 500ms downinter 500ms fall 2 rise 1 on-marked-down shutdown-sessions
${backends.map(({ name, address }) => `  server ${name} ${socketAddress(address, apiPort)}\n`).join("")}
frontend stats
  mode http
  bind 127.0.0.1:${statsPort}
  timeout client 10s
  stats enable
  stats uri /
`;
}

/**
 * The state that back ends without a past start in: down, so that no client is sent to one that was never checked.
 * HAProxy has an option for it (`init-state`) only from 3.1 on; this is its documented file, version 1:
 * https://docs.haproxy.org/2.6/management.html#9.3-show%20servers%20state
 */
export function downState(backends: Backend[]): string {
  const servers = backends.map(
    ({ name, address }, index) =>
      `1 control-planes ${index + 1} ${name} ${address} 0 0 1 1 0 1 0 0 6 0 0 0 - ${apiPort} - 0 0 - - 0`,
  );
  return `${["1", `# ${stateFields}`, ...servers].join("\n")}\n`;
}

const stateFields =
  "be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight " +
  "srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state " +
  "bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr " +
  "srv_agent_addr srv_agent_port";
