/** The part of `fetch` that is used, so that requests may also go through the API server of a cluster. */
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;
