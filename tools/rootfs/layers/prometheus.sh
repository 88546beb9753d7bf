# Prometheus with the paths and the user of the official image.
packages='prometheus'

after_packages() {
  mkdir -p /prometheus /etc/prometheus/targets
  chown 65534:65534 /prometheus
}
