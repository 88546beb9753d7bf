/** A load of clients with retries, which ends with what is done under it: the account judges, not the latency. */
export interface PatientLoad {
  /** Variables of the scenario. */
  readonly variables: Readonly<Record<string, string>>;
  /** What its account must show. A user has one request open, which is then left without an answer. */
  readonly endedEarly: { readonly minAccepted: number; readonly maxUnknown: number };
}

/** Describes such a load. @param rate messages a second @param users each costs k6 more than a megabyte */
export function patientLoad({ rate = 30, users = 60 } = {}): PatientLoad {
  return {
    variables: {
      RATE: String(rate),
      DURATION: '9m',
      USERS: String(users),
      REQUEST_TIMEOUT: '5s',
      // Only a request that is open at the end may stay without an answer, however long a server is away.
      RETRY_FOR_SECONDS: '900',
      P95_MS: '600000',
      P99_MS: '600000',
      MAX_DROPPED: '1000000',
    },
    endedEarly: { minAccepted: 200, maxUnknown: users },
  };
}
