// Blocking, and in a file of its own: the theme is set before the first paint, and the page's policy forbids inline scripts.
try {
  const theme = localStorage.getItem('caudal.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Without storage the theme is that of the system.
}
