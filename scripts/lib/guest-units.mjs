import { portName } from './guest-protocol.mjs';

/**
 * The unit that lets commands in from outside. What they start goes on when it is started again.
 *
 * @param {string} project folder of the project in the guest
 */
export const agentUnit = (project) => `[Unit]
Description=Commands from outside
[Service]
ExecStart=/usr/bin/node ${project}/scripts/lib/guest-agent.mjs /dev/virtio-ports/${portName}
Environment=HOME=/root
Restart=always
RestartSec=1
KillMode=process
TasksMax=infinity
[Install]
WantedBy=multi-user.target
`;

/**
 * The units of an operator who wants everything back after a start of the machine: Faucet, and the daemon before Docker,
 * which starts its containers while it boots.
 *
 * @param {string} project
 * @returns {Readonly<Record<string, string>>} text by name
 */
export const operatorUnits = (project) => ({
  'faucet.service': `[Unit]
Description=Faucet
[Service]
Environment=PATH=${project}/.state/faucet/bin:/usr/sbin:/usr/bin:/sbin:/bin
Environment=FAUCET_CONFIG=${project}/.state/etc/faucet.yaml FAUCET_CONFIG_STAT_RELOAD=1
Environment=FAUCET_LOG=${project}/.state/log/faucet-events.log
Environment=FAUCET_EXCEPTION_LOG=${project}/.state/log/faucet-exceptions.log
ExecStart=${project}/.state/faucet/bin/faucet --ryu-ofp-listen-host=127.0.0.1 --ryu-ofp-tcp-listen-port=6653
[Install]
WantedBy=multi-user.target
`,
  'dovesnapd.service': `[Unit]
Description=The Docker network driver dovesnap
After=openvswitch-switch.service faucet.service
Before=docker.service
[Service]
ExecStart=/usr/bin/node ${project}/apps/dovesnapd/dist/main.js --faucet_config ${project}/.state/etc/faucet.yaml
# Docker asks for its plugins when it starts its containers.
ExecStartPost=/usr/bin/timeout 300 /bin/sh -c 'until [ -S /run/docker/plugins/dovesnap.sock ]; do sleep 0.2; done'
TimeoutStartSec=300
[Install]
WantedBy=multi-user.target
`,
});
