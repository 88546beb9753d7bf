/** The part of `fetch` in use; lets requests go through a cluster's API server. */
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;
