/** One of two machines that share an address. */
export interface VirtualRouter {
  /** The machine's own address. */
  address: string;
  /** The addresses of the others. */
  peers: string[];
  /** The address that they share. */
  virtualAddress: string;
  /** The VRRP router id, 1 to 255. */
  virtualRouterId: number;
  /** The password, of which VRRP takes eight characters. */
  password: string;
}

/**
 * The machine that has the address keeps it as long as it does no worse than the other: both have the same priority,
 * and a machine that is back is no better than the one that serves. (`nopreempt` would also keep the address on a
 * machine that does worse.) A machine whose load balancer does not listen is out; one through which no API server is
 * ready is only second best, so that some machine has the address on the first day, too, and when no API server is
 * ready at all.
 *
 * Version 2 of VRRP, for the third knows no password; its shortest interval is a second. The password guards against
 * another's mistake, not against an attacker: it travels in clear. For IPv6 there is version 3 alone.
 *
 * `$INTERFACE` is defined by whoever puts the file in place (https://www.keepalived.org/manpage.html).
 */
export function keepalivedConfig(router: VirtualRouter): string {
  const ipv6 = router.virtualAddress.includes(":");
  return `global_defs {
  enable_script_security
  script_user keepalived_script
  vrrp_check_unicast_src
  vrrp_priority -20
}

vrrp_script proxy {
  script "/etc/keepalived/check.sh proxy"
  interval 1
  timeout 2
  fall 2
  rise 1
  init_fail
}

vrrp_script api {
  script "/etc/keepalived/check.sh api"
  interval 1
  timeout 3
  fall 3
  rise 2
  weight 50
  init_fail
}

vrrp_instance kubernetes-api {
  state BACKUP
  interface $INTERFACE
  virtual_router_id ${router.virtualRouterId}
  priority 100
  advert_int 1
  # 2 to 3 s without a word from the other, and the address is taken over.
  down_timer_adverts 2
  unicast_src_ip ${router.address}
  unicast_peer {
${router.peers.map((peer) => `    ${peer}\n`).join("")}  }
${ipv6 ? "  version 3\n" : authentication(router)}  virtual_ipaddress {
    ${router.virtualAddress}/${ipv6 ? 128 : 32} dev $INTERFACE
  }
  track_script {
    proxy
    api
  }
}
`;
}

function authentication({ password }: VirtualRouter): string {
  return `  authentication {
    auth_type PASS
    auth_pass ${password}
  }
`;
}
