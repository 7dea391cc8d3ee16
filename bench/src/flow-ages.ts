/** Which ports have flows in which tables, and since when. */
export interface FlowAge {
  /** `TABLE/IN_PORT`. */
  readonly key: string;
  readonly ofPort: number;
  /** Seconds since it was put there. */
  readonly age: number;
}

const flowLine = /duration=([\d.]+)s, table=(\d+),.*?[ ,]in_port="?([^,"\s]+)"?/;

/**
 * Reads what `ovs-ofctl --no-names dump-flows` prints (openvswitch 3.1.0), one entry for each flow that matches on an input port
 * and stays: those with a time-out are addresses that Faucet has learned, which come with traffic.
 */
export function parseFlowAges(text: string): readonly FlowAge[] {
  return text.split('\n').flatMap((line) => {
    const [, age, table, port] = flowLine.exec(line) ?? [];
    const ofPort = Number(port);
    return Number.isInteger(ofPort) && !line.includes('_timeout=')
      ? [{ key: `${table}/${port}`, ofPort, age: Number(age) }]
      : [];
  });
}

/** Whether every one of the keys has a flow that is younger than `seconds`. */
export function areAllBack(
  flows: readonly FlowAge[],
  keys: ReadonlySet<string>,
  seconds: number,
): boolean {
  const fresh = new Set(flows.filter(({ age }) => age < seconds).map(({ key }) => key));
  return [...keys].every((key) => fresh.has(key));
}
