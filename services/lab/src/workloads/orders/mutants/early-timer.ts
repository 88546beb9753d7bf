/** A processor whose timers run out after half the time. */
process.env.STEP_MS = String(Math.floor(Number(process.env.STEP_MS) / 2));

await import('@caudal/orders/processor/main');
