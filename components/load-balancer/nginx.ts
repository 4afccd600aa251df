import { apiPort, checkPort, statsPort } from "../values/ports";
import { socketAddress } from "../values/socket-address";
import type { Backend } from "./backend";

/**
 * NGINX passes TCP through. What it learns of an API server it learns from clients' connections: one that cannot be
 * connected to is left alone for a while, and the client gets the next. (Active checks are not in the free NGINX:
 * https://nginx.org/en/docs/stream/ngx_stream_upstream_hc_module.html)
 */
export function nginxConfig(backends: Backend[]): string {
  return `# Where distributions keep the stream module; others have it built in.
include /etc/nginx/modules-enabled/*.conf;
include /usr/share/nginx/modules/*.conf;

pid /run/nginx.pid;
worker_processes auto;
error_log syslog:server=unix:/dev/log,nohostname;
# After a reload the old workers keep the connections that they have, as long as a tunnel may live.
worker_shutdown_timeout 24h;

events {
  worker_connections 8192;
}

stream {
  log_format connections '$remote_addr:$remote_port $upstream_addr $status sent $bytes_sent \
received $bytes_received in $session_time s';
  access_log syslog:server=unix:/dev/log,nohostname connections;

  proxy_connect_timeout 1s;
  # A quiet 'kubectl logs -f' or watch lives for a day; a peer that vanished without a word is noticed by keepalives.
  proxy_timeout 24h;
  proxy_socket_keepalive on;

  upstream control-planes {
    # All workers know what one has found out.
    zone control-planes 64k;
${backends.map(server).join("")}  }

  server {
    listen ${apiPort} so_keepalive=on;
    listen [::]:${apiPort} so_keepalive=on;
    proxy_pass control-planes;
  }

  # For this machine's own check of the way to an API server, which would be a line in the log every second.
  server {
    listen 127.0.0.1:${checkPort};
    access_log off;
    proxy_pass control-planes;
  }
}

http {
  access_log off;
  server {
    listen 127.0.0.1:${statsPort};
    location = / {
      stub_status;
    }
  }
}
`;
}

function server({ name, address }: Backend): string {
  return `    server ${socketAddress(address, apiPort)} max_fails=1 fail_timeout=5s; # ${name}\n`;
}
