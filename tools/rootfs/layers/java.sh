# Java 21, on which the layers of servers that are written in it build.
packages='openjdk-21-jre-headless'

before_packages() {
  mkdir -p /usr/share/man/man1 # Java's post-install script insists on it
}
