{{/* Takes a list: root, user, lane (empty if none; `false` for a user that reads and writes nothing of lanes). */}}
{{- define "caudal.connection.kafka" -}}
{{- $root := index . 0 -}}
{{- $app := index . 1 -}}
{{- $in := $root.Values.kafka -}}
{{- $out := $root.Values.externalKafka -}}
{{- $names := dict -}}
{{- if not (kindIs "bool" (index . 2)) }}{{ $names = include "caudal.laneNames" (list $root "kafka" (index . 2)) | fromYaml }}{{ end -}}
{{- $copies := include "caudal.kafka.copies" $root | fromYaml -}}
env:
  KAFKA_BROKERS: {{ ternary (printf "%s:9092" (include "caudal.name" (list $root "kafka"))) (join "," $out.brokers) $in.enabled | quote }}
{{- with $names }}
  KAFKA_TOPIC: {{ $in.topic | quote }}
  KAFKA_DEAD_LETTER_TOPIC: {{ .deadLetters | quote }}
  KAFKA_GROUP: {{ .subscription | quote }}
{{- end }}
  KAFKA_TOPOLOGY: {{ ternary "check" $out.topology $in.enabled }}
  KAFKA_PARTITIONS: {{ $in.partitions | int64 }}
  KAFKA_REPLICATION_FACTOR: {{ $copies.factor }}
  KAFKA_MIN_INSYNC_REPLICAS: {{ $copies.minInsync }}
  KAFKAJS_NO_PARTITIONER_WARNING: "1"
{{- if and $in.enabled (has $app (list "consumer" "orders-processor" "orders-notifier")) }}
  # The chart's Kafka allows it (group.min.session.timeout.ms); what an external one allows is not known.
  KAFKA_SESSION_TIMEOUT_MS: 3000
{{- end }}
{{- if and $in.enabled $in.auth.enabled }}
  KAFKA_SASL_MECHANISM: plain
  KAFKA_USERNAME: {{ $app | quote }}
secrets:
  KAFKA_PASSWORD: { secret: {{ include "caudal.secretName" (list $root "kafka" $in.auth.existingSecret) | quote }}, key: {{ printf "%s-password" $app | quote }} }
{{- else if not $in.enabled }}
{{- if $out.tls.enabled }}
  KAFKA_TLS: "true"
{{- end }}
{{- if $out.sasl.mechanism }}
  KAFKA_SASL_MECHANISM: {{ $out.sasl.mechanism | quote }}
  KAFKA_USERNAME: {{ index $out.sasl.usernames $app | quote }}
{{- with include "caudal.externalPassword" (list $root $out.sasl $app) }}
secrets:
  KAFKA_PASSWORD: {{- . | nindent 4 }}
{{- end }}
{{- end }}
{{- if and $out.tls.enabled $out.tls.caSecret }}
caSecret: {{ $out.tls.caSecret | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Copies of a partition: three where there are as many brokers. Of an external Kafka nothing is known: 3 and 2. */}}
{{- define "caudal.kafka.copies" -}}
{{- $brokers := ternary (int64 .Values.kafka.replicas) 3 .Values.kafka.enabled -}}
{{- $factor := min 3 $brokers -}}
{{- if not (kindIs "invalid" .Values.kafka.replicationFactor) }}{{ $factor = int64 .Values.kafka.replicationFactor }}{{ end -}}
{{- $minInsync := ternary 2 1 (ge (int64 $factor) 3) -}}
{{- if not (kindIs "invalid" .Values.kafka.minInsyncReplicas) }}{{ $minInsync = int64 .Values.kafka.minInsyncReplicas }}{{ end -}}
factor: {{ $factor }}
minInsync: {{ $minInsync }}
{{- end -}}
