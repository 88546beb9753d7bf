/** A value of JSON. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

type JsonObject = { readonly [key: string]: Json | undefined };

/**
 * The JSON merge patch (RFC 7396) from one object to another; undefined when they are equal. Neither may contain null,
 * which in a patch means that a member is gone; members that are undefined count as absent.
 */
export function mergePatch(from: JsonObject, to: JsonObject): JsonObject | undefined {
  const patch: Record<string, Json> = {};
  for (const key of Object.keys(from))
    if (from[key] !== undefined && to[key] === undefined) patch[key] = null;
  for (const [key, value] of Object.entries(to)) {
    if (value === undefined) continue;
    const before = from[key];
    const change = isObject(value) && isObject(before) ? mergePatch(before, value) : changed(before, value);
    if (change !== undefined) patch[key] = change;
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}

/** Applies a JSON merge patch (RFC 7396). Returns a new object; what the patch does not touch is shared with `target`. */
export function applyMergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const result: Record<string, Json | undefined> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else if (value !== undefined) result[key] = applyMergePatch(result[key], value);
  }
  return result;
}

function changed(before: Json | undefined, value: Json): Json | undefined {
  return JSON.stringify(before) === JSON.stringify(value) ? undefined : value;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
