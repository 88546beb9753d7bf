{{/*
How a service reaches a broker or a store, as YAML: `env` (plain values), `secrets` (variables from Secrets) and
`caSecret`. Every pod gets its own user; which one is the `app`: ingest, consumer or console.
*/}}

{{/* Takes a list: root, app. */}}
{{- define "caudal.connection.rabbitmq" -}}
{{- $root := index . 0 -}}
{{- $app := index . 1 -}}
{{- $in := $root.Values.rabbitmq -}}
{{- $out := $root.Values.externalRabbitmq -}}
env:
  RABBITMQ_URL: {{ ternary (printf "amqp://%s:5672" (include "caudal.name" (list $root "rabbitmq"))) $out.url $in.enabled | quote }}
  RABBITMQ_QUEUE: {{ $in.queue | quote }}
  RABBITMQ_DEAD_LETTER_QUEUE: {{ $in.deadLetterQueue | quote }}
  RABBITMQ_TOPOLOGY: {{ ternary "check" $out.topology $in.enabled }}
  RABBITMQ_DELIVERY_LIMIT: {{ $in.deliveryLimit | int64 }}
{{- if eq $app "console" }}
{{- with ternary (printf "http://%s:15672" (include "caudal.name" (list $root "rabbitmq"))) $out.managementUrl $in.enabled }}
  RABBITMQ_MANAGEMENT_URL: {{ . }}
{{- end }}
{{- end }}
{{- if $in.enabled }}
  RABBITMQ_USERNAME: {{ $app | quote }}
secrets:
  RABBITMQ_PASSWORD: { secret: {{ include "caudal.secretName" (list $root "rabbitmq" $in.auth.existingSecret) | quote }}, key: {{ printf "%s-password" $app | quote }} }
{{- else }}
{{- with include "caudal.externalPassword" (list $root $out $app) }}
  RABBITMQ_USERNAME: {{ index $out.usernames $app | quote }}
secrets:
  RABBITMQ_PASSWORD: {{- . | nindent 4 }}
{{- end }}
{{- end }}
{{- if and (not $in.enabled) $out.caSecret }}
caSecret: {{ $out.caSecret | quote }}
{{- end }}
{{- end -}}

{{/* Takes a list: root, app. */}}
{{- define "caudal.connection.kafka" -}}
{{- $root := index . 0 -}}
{{- $app := index . 1 -}}
{{- $in := $root.Values.kafka -}}
{{- $out := $root.Values.externalKafka -}}
{{- $copies := include "caudal.kafka.copies" $root | fromYaml -}}
env:
  KAFKA_BROKERS: {{ ternary (printf "%s:9092" (include "caudal.name" (list $root "kafka"))) (join "," $out.brokers) $in.enabled | quote }}
  KAFKA_TOPIC: {{ $in.topic | quote }}
  KAFKA_DEAD_LETTER_TOPIC: {{ $in.deadLetterTopic | quote }}
  KAFKA_GROUP: {{ $in.group | quote }}
  KAFKA_TOPOLOGY: {{ ternary "check" $out.topology $in.enabled }}
  KAFKA_PARTITIONS: {{ $in.partitions | int64 }}
  KAFKA_REPLICATION_FACTOR: {{ $copies.factor }}
  KAFKA_MIN_INSYNC_REPLICAS: {{ $copies.minInsync }}
  KAFKAJS_NO_PARTITIONER_WARNING: "1"
{{- if and $in.enabled (eq $app "consumer") }}
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

{{/* Where a pod finds the CA of a server. Takes the server's name. */}}
{{- define "caudal.caFile" -}}
{{- printf "/etc/caudal/ca/%s/ca.crt" . -}}
{{- end -}}

{{/* Where a store is, as YAML: url, username, secret, key, caSecret. Takes a list: root, store, app. */}}
{{- define "caudal.connection.store" -}}
{{- $root := index . 0 -}}
{{- $store := index . 1 -}}
{{- $app := index . 2 -}}
{{- $in := index $root.Values $store -}}
{{- $out := index $root.Values (printf "external%s" (title $store)) -}}
{{- if $in.enabled }}
url: {{ printf "redis://%s:6379" (include "caudal.name" (list $root $store)) | quote }}
username: {{ $app | quote }}
secret: {{ include "caudal.secretName" (list $root $store $in.auth.existingSecret) | quote }}
key: {{ $app }}-password
{{- else }}
url: {{ $out.url | quote }}
username: {{ index $out.usernames $app | quote }}
{{ include "caudal.externalPassword" (list $root $out $app) }}
caSecret: {{ $out.caSecret | quote }}
{{- end }}
{{- end -}}

{{/* URL of Prometheus, or nothing. */}}
{{- define "caudal.prometheusUrl" -}}
{{- if .Values.prometheus.enabled -}}
{{- printf "http://%s:9090" (include "caudal.dnsName" (list . (include "caudal.name" (list . "prometheus")))) -}}
{{- else -}}
{{- .Values.externalPrometheus.url -}}
{{- end -}}
{{- end -}}

{{/* Lanes with the defaults of `consumer` laid under each, as YAML by name. Removed ones are left out. */}}
{{- define "caudal.lanes" -}}
{{- range $name, $lane := .Values.lanes }}
{{- if $lane }}
{{ $name }}: {{- mergeOverwrite (deepCopy $.Values.consumer) (deepCopy $lane) | toYaml | nindent 2 }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Lanes as the console wants them: JSON. Passwords are in variables that it names. Takes the root. */}}
{{- define "caudal.console.lanes" -}}
{{- $lanes := list -}}
{{- range $name, $lane := include "caudal.lanes" . | fromYaml -}}
{{- $store := include "caudal.connection.store" (list $ $lane.store "console") | fromYaml -}}
{{- $entry := dict "name" $name "broker" $lane.broker "store" $lane.store "storeUrl" $store.url -}}
{{- if $store.secret -}}
{{- $_ := set $entry "storePasswordEnv" (printf "%s_PASSWORD" (upper $lane.store)) -}}
{{- with $store.username }}{{ $_ := set $entry "storeUsername" . }}{{ end -}}
{{- end -}}
{{- if $store.caSecret }}{{ $_ := set $entry "storeCaFile" (include "caudal.caFile" $lane.store) }}{{ end -}}
{{- $lanes = append $lanes $entry -}}
{{- end -}}
{{- $lanes | toJson -}}
{{- end -}}
