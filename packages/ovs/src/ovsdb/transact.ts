import { OvsError, transactionErrorCode } from '../error.ts';
import type { Operation } from '../types.ts';
import type { Ending } from '../wait.ts';
import type { Live } from './link.ts';
import type { OperationResult } from './ovsdb-types.ts';
import { RpcError } from './session.ts';

/**
 * Checks the reply to `transact` (RFC 7047, section 4.1.3): one result per operation, with an error in place of the
 * failed operation's result, or after all results when the commit failed.
 */
function checkResults(
  operations: readonly Operation[],
  reply: unknown,
): readonly OperationResult[] | OvsError {
  const results = reply as readonly (OperationResult & WireError)[];
  const failed = results.findIndex((result) => result?.error !== undefined);
  if (failed === -1) return results;
  const { error, details } = results[failed] as Required<WireError>;
  const operation = operations[failed];
  const where = operation === undefined ? 'at commit' : `in ${describeOperation(operation)}`;
  const why = details === undefined ? error : `${error}: ${details}`;
  return new OvsError(
    transactionErrorCode(error),
    `The database refused a transaction ${where}: ${why}`,
    { operation },
  );
}

interface WireError {
  readonly error?: string;
  readonly details?: string;
}

/**
 * Sends operations as one transaction and settles `ending` with the result. Returns a function that cancels the
 * transaction. `lost` creates the error for a broken connection.
 */
export function sendTransaction(
  { session, database }: Live,
  operations: readonly Operation[],
  ending: Ending<readonly OperationResult[]>,
  lost: (reason: Error) => OvsError,
): () => void {
  let answered = false;
  const id = session.call('transact', [database, ...operations], (error, result) => {
    answered = true;
    if (error instanceof RpcError) ending.reject(refusedTransaction(error));
    else if (error !== undefined) ending.reject(lost(error));
    else {
      const checked = checkResults(operations, result);
      if (checked instanceof OvsError) ending.reject(checked);
      else ending.resolve(checked);
    }
  });
  return () => {
    if (!answered) session.notify('cancel', [id]);
  };
}

/** Creates the error for a transaction that was refused as a whole, e.g. because the database is unknown. */
function refusedTransaction(error: RpcError): OvsError {
  return new OvsError(
    transactionErrorCode(error.error),
    `The database refused a transaction: ${error.message}`,
    { cause: error },
  );
}

function describeOperation(operation: Operation): string {
  const { op, table } = operation as { op: string; table?: string };
  return table === undefined ? op : `${op} of ${table}`;
}
