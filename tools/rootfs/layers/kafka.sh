# Kafka 4 over the layer java, with the paths, the user and the few scripts of the official image that are needed here.
# Its jars come from Maven, in /tmp/input.
packages=

before_packages() {
  groupadd -g 1000 appuser
  useradd -g appuser -u 1000 -M -d /opt/kafka -s /bin/sh appuser
}

# kafka_script NAME CLASS: a start script for one of Kafka's main classes
kafka_script() {
  printf '#!/bin/sh\nexec /opt/kafka/bin/kafka-run-class.sh %s "$@"\n' "$2" > "/opt/kafka/bin/$1"
}

after_packages() {
  mkdir -p /opt/kafka/bin /opt/kafka/config /opt/kafka/libs /opt/kafka/logs /var/lib/kafka/data /etc/kafka/config
  cp /tmp/input/*.jar /opt/kafka/libs/

  cat > /opt/kafka/bin/kafka-run-class.sh <<'SCRIPT'
#!/bin/sh
# kafka-run-class.sh CLASS ARGUMENTS...
exec java ${KAFKA_HEAP_OPTS:--Xmx256m} ${KAFKA_JVM_PERFORMANCE_OPTS:--server -XX:+UseG1GC} \
  ${KAFKA_LOG4J_OPTS:--Dlog4j2.configurationFile=/opt/kafka/config/tools-log4j2.yaml} ${KAFKA_OPTS:-} \
  -cp '/opt/kafka/libs/*' "$@"
SCRIPT
  kafka_script kafka-server-start.sh kafka.Kafka
  kafka_script kafka-storage.sh kafka.tools.StorageTool
  kafka_script kafka-topics.sh org.apache.kafka.tools.TopicCommand
  kafka_script kafka-acls.sh org.apache.kafka.tools.AclCommand
  kafka_script kafka-consumer-groups.sh org.apache.kafka.tools.consumer.group.ConsumerGroupCommand
  kafka_script kafka-broker-api-versions.sh org.apache.kafka.tools.BrokerApiVersionsCommand
  kafka_script kafka-features.sh org.apache.kafka.tools.FeatureCommand
  chmod 755 /opt/kafka/bin/*

  # log4j_config FILE LEVEL
  log4j_config() {
    cat > "/opt/kafka/config/$1" <<CONF
Configuration:
  Appenders:
    Console:
      name: STDOUT
      PatternLayout:
        pattern: "[%d] %p %m (%c)%n"
  Loggers:
    Root:
      level: $2
      AppenderRef:
        - ref: STDOUT
CONF
  }
  log4j_config log4j2.yaml INFO
  log4j_config tools-log4j2.yaml WARN

  # What formatting writes is the same for every new node, but for two ids in meta.properties. Kept at hand, it saves
  # a new server the start of a second Java.
  printf '%s\n' process.roles=broker,controller node.id=1 controller.quorum.voters=1@127.0.0.1:9093 \
    listeners=CONTROLLER://127.0.0.1:9093,PLAINTEXT://127.0.0.1:9092 controller.listener.names=CONTROLLER \
    log.dirs=/tmp/formatted > /tmp/format.properties
  /opt/kafka/bin/kafka-storage.sh format -t "$(/opt/kafka/bin/kafka-storage.sh random-uuid)" -c /tmp/format.properties
  mkdir /opt/kafka/formatted
  cp /tmp/formatted/bootstrap.checkpoint /opt/kafka/formatted/

  chown -R 1000:1000 /opt/kafka/config /opt/kafka/logs /var/lib/kafka /etc/kafka
}
