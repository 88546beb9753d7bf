const decimals = new Intl.NumberFormat(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** `52.99`, or `Free`. */
export function priceText(price: number): string {
  return price === 0 ? 'Free' : decimals.format(price);
}
