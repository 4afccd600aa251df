#!/usr/bin/env bash
# NGINX on this machine. Sourced, never run.
load load-balancer/service

# Guarantees that NGINX with its stream module is installed and accepts the new configuration.
nginx_prepare() {
  nginx -t -q -c "$INPUT/nginx.conf" >/dev/null 2>&1 || nginx_install
  logged load-balancer nginx -t -q -c "$INPUT/nginx.conf" ||
    fail "$(nginx -v 2>&1) refuses the configuration; nothing was changed"
}

nginx_install() {
  local module=nginx-mod-stream
  ! command -v nginx >/dev/null || [ ! -e /usr/lib/nginx/modules/ngx_stream_module.so ] || return 0
  ! command -v apt-get >/dev/null || module=libnginx-mod-stream
  packages_install nginx "$module"
}

nginx_run() {
  service_configure nginx "$INPUT/nginx.conf" /etc/nginx/nginx.conf
  cat >"$INPUT/nginx.service.conf" <<'UNIT'
[Service]
LimitNOFILE=65536
Restart=always
RestartSec=1
UNIT
  service_run nginx
}
