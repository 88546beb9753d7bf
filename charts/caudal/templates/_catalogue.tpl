{{/*
What a release may consist of, as data: servers, and components (Caudal's own services). Everything that exists once per
server or component (policies, disruption budgets, scraping, service accounts, checks of values, the smoke test, notes)
loops over these lists. What is particular to a server is under templates/<server>.
*/}}

{{/*
Servers, as a YAML list, in the order in which they are rendered:

name          also of its values, its image and its objects; `external<Name>` are the values of one that is not ours
role, kind    broker, store or monitor; stores of one kind have the same protocol, settings and templates
hasSchemas    a store that keeps lanes apart by schemas, which are named after their key prefixes
forgets       the setting by which a store may forget what it has answered, and what it needs to be instead
ports         of the server's container; `service` and `nodes` name those of its two Services
clients       ports that a service needs, by its user
peers         ports between its pods
metrics       where it is scraped: `jobs` per pod, by name of the job, and on which port
secret        keys of its Secret
keepsSecret   whether the Secret outlives the release, because the volumes do that are of no use without it; `keeps`: what it has
memory        settings that together must stay below its memory limit
isClustered   it has `replicas`, fixed at install
isReplayable  a broker that keeps what its consumers have acknowledged
consumers     the most of one lane that work at once; without it there is no such limit
retentionHours
              how long messages are kept in any case
names         a broker's own: `source` is what ingest writes to, `subscription` what one lane may read without a suffix
subscription, deadLetters
              a broker's names for a lane without names of its own; `*` stands for the lane
external      `set`: there is one; `setting`: the value that says where it is; `plain`: the scheme without TLS; `addresses`,
              `ports`; `login`: the block with user names and passwords; `isOpen`: without TLS
helper        a pod of the release that prepares it: `user` by which it knows the server, `enabled`; see caudal.helpers
*/}}
{{- define "caudal.servers" -}}{{ include "caudal.once" (list . "caudal.servers.list") }}{{- end -}}

{{- define "caudal.servers.list" -}}
{{- $v := .Values -}}
- name: rabbitmq
  title: RabbitMQ
  role: broker
  enabled: {{ $v.rabbitmq.enabled }}
  isClustered: true
  isReplayable: false
  memory: [memoryHighWatermark]
  names: { subscription: {{ $v.rabbitmq.queue | quote }}, source: {{ $v.rabbitmq.queue | quote }} }
  subscription: {{ printf "%s.*" $v.rabbitmq.queue | quote }}
  deadLetters: {{ printf "%s.*.dead" $v.rabbitmq.queue | quote }}
  ports: { amqp: 5672, management: 15672, prometheus: 15692, epmd: 4369, distribution: 25672 }
  listens: [amqp, management, prometheus, epmd, distribution]
  service: [amqp, management]
  nodes: [epmd, distribution, prometheus]
  clients: { ingest: [5672], consumer: [5672], console: [5672, 15672] }
  peers: [4369, 25672]
  metrics:
    enabled: true
    port: prometheus
    jobs:
      - { name: rabbitmq }
      - { name: rabbitmq-queues, path: /metrics/detailed, params: { family: [queue_coarse_metrics, queue_consumer_count] } }
  secret: [admin-password, ingest-password, consumer-password, console-password, erlang-cookie]
  {{- with $v.externalRabbitmq }}
  external:
    set: {{ not (empty .url) }}
    setting: externalRabbitmq.url
    plain: amqp
    addresses: {{ list .url | compact | toJson }}
    consoleAddresses: {{ list .managementUrl | compact | toJson }}
    isOpen: {{ or (hasPrefix "amqp://" (.url | default "")) (hasPrefix "http://" (.managementUrl | default "")) }}
    login: {{ omit . "url" | toJson }}
  {{- end }}
- name: kafka
  title: Kafka
  role: broker
  enabled: {{ $v.kafka.enabled }}
  isClustered: true
  isReplayable: true
  memory: [heap]
  consumers: {{ int64 $v.kafka.partitions }}
  retentionHours: {{ int64 $v.kafka.retentionHours }}
  names: { subscription: {{ $v.kafka.group | quote }}, source: {{ $v.kafka.topic | quote }} }
  subscription: {{ printf "%s-*" $v.kafka.group | quote }}
  deadLetters: {{ printf "%s.*.dead" $v.kafka.topic | quote }}
  ports: { kafka: 9092, controller: 9093 }
  listens: [kafka, controller]
  service: [kafka]
  nodes: {{ gt (int $v.kafka.replicas) 1 | ternary (list "kafka" "controller") (list "kafka") | toJson }}
  clients: { ingest: [9092], consumer: [9092], console: [9092], admin: [9092], orders-api: [9092], orders-processor: [9092], orders-notifier: [9092] }
  peers: [9092, 9093]
  keepsSecret: {{ include "caudal.keepsSecret" $v.kafka | default "false" }}
  keeps: the ID of the cluster that they belong to
  secret: {{ concat (list "cluster-id" "admin-password" "ingest-password" "consumer-password" "console-password") (include "caudal.orders.passwords" . | fromYamlArray) | toJson }}
  helper: { name: kafka-topology, pod: topologyPod, user: admin, enabled: {{ $v.kafka.enabled }} }
  {{- with $v.externalKafka }}
  external:
    set: {{ not (empty .brokers) }}
    setting: externalKafka.brokers
    addresses: {{ .brokers | default list | toJson }}
    ports: {{ .extraPorts | default list | toJson }}
    isOpen: {{ and (not .tls.enabled) (eq (.sasl.mechanism | default "") "plain") }}
    login: {{ toJson .sasl }}
  {{- end }}
{{- range $name := list "valkey" "redis" }}
{{- $store := index $v $name }}
- name: {{ $name }}
  title: {{ title $name }}
  role: store
  kind: resp
  enabled: {{ $store.enabled }}
  memory: [maxMemory]
  {{- if has $store.appendfsync (list "everysec" "no") }}
  forgets: { setting: {{ printf "appendfsync=%s" $store.appendfsync | quote }}, needs: always }
  {{- end }}
  ports: { {{ $name }}: 6379, exporter: 9121 }
  listens: [{{ $name }}]
  service: {{ $store.exporter.enabled | ternary (list $name "exporter") (list $name) | toJson }}
  nodes: [{{ $name }}]
  clients: { consumer: [6379], console: [6379] }
  metrics:
    enabled: {{ $store.exporter.enabled }}
    port: exporter
    jobs: [{ name: {{ $name }} }]
  secret: [admin-password, consumer-password, console-password, exporter-password]
  {{- with index $v (printf "external%s" (title $name)) }}
  external:
    set: {{ not (empty .url) }}
    setting: external{{ title $name }}.url
    plain: redis
    addresses: {{ list .url | compact | toJson }}
    isOpen: {{ hasPrefix "redis://" (.url | default "") }}
    login: {{ omit . "url" | toJson }}
  {{- end }}
{{- end }}
- name: postgresql
  title: PostgreSQL
  role: store
  kind: postgresql
  enabled: {{ $v.postgresql.enabled }}
  hasSchemas: true
  {{- if not $v.postgresql.synchronousCommit }}
  forgets: { setting: "synchronousCommit=false", needs: "true" }
  {{- end }}
  memory: [sharedBuffers]
  ports: { postgresql: 5432 }
  listens: [postgresql]
  service: [postgresql]
  nodes: [postgresql]
  clients: { consumer: [5432], console: [5432], owner: [5432], orders-api: [5432], orders-processor: [5432], orders-notifier: [5432], films-owner: [5432], films-api: [5432], replica: [5432] }
  secret: {{ concat (list "owner-password" "consumer-password" "console-password") (include "caudal.orders.passwords" . | fromYamlArray) (include "caudal.films.passwords" . | fromYamlArray) (include "caudal.postgresql.replicaRoles" . | fromYamlArray | len | eq 0 | ternary list (list "replica-password")) | toJson }}
  helper:
    name: postgresql-schema
    pod: schemaPod
    user: owner
    enabled: {{ include "caudal.postgresql.makesSchemas" . | default "false" }}
  {{- with $v.externalPostgresql }}
  external:
    set: {{ not (empty .url) }}
    setting: externalPostgresql.url
    addresses: {{ concat (list .url) (.readUrls | default list) | compact | toJson }}
    isOpen: {{ and (not (empty .url)) (empty (include "caudal.postgresql.usesTls" .)) }}
    login: {{ merge (dict "usernames" (include "caudal.postgresql.externalUsers" $ | fromYaml)) (omit . "url" "schema" "usernames") | toJson }}
  {{- end }}
- name: ignite
  title: Ignite
  role: store
  kind: ignite
  enabled: {{ $v.ignite.enabled }}
  hasSchemas: true
  {{- if ne $v.ignite.walMode "FSYNC" }}
  forgets: { setting: {{ printf "walMode=%s" $v.ignite.walMode | quote }}, needs: FSYNC }
  {{- end }}
  memory: [heap, offHeap]
  ports: { thin: 10800 }
  listens: [thin]
  service: [thin]
  nodes: [thin]
  clients: { consumer: [10800], console: [10800], admin: [10800] }
  keepsSecret: {{ include "caudal.keepsSecret" $v.ignite | default "false" }}
  keeps: the passwords that they hold
  secret: [admin-password, consumer-password, console-password]
  helper: { name: ignite-users, pod: usersPod, user: admin, enabled: {{ $v.ignite.enabled }} }
  {{- with $v.externalIgnite }}
  external:
    set: {{ not (empty .url) }}
    setting: externalIgnite.url
    plain: ignite
    addresses: {{ list .url | compact | toJson }}
    isOpen: {{ hasPrefix "ignite://" (.url | default "") }}
    login: {{ omit . "url" "schema" | toJson }}
  {{- end }}
- name: prometheus
  title: Prometheus
  role: monitor
  enabled: {{ $v.prometheus.enabled }}
  ports: { http: 9090 }
  listens: [http]
  service: [http]
  nodes: [http]
  clients: { console: [9090], grafana: [9090] }
  external:
    set: {{ not (empty $v.externalPrometheus.url) }}
    setting: externalPrometheus.url
    addresses: {{ list $v.externalPrometheus.url | compact | toJson }}
- name: grafana
  title: Grafana
  role: monitor
  enabled: {{ $v.grafana.enabled }}
  ports: { http: 3000 }
  listens: [http]
  service: [http]
  http: 3000
  needs: [prometheus]
  secret: [admin-password]
{{- end -}}

{{/* One server of the catalogue, as YAML. Takes a list: root, name. */}}
{{- define "caudal.server" -}}
{{- range include "caudal.servers" (index . 0) | fromYamlArray -}}
{{- if eq .name (index $ 1) }}{{ toYaml . }}{{ end -}}
{{- end -}}
{{- end -}}

{{/*
Pods that prepare a server or follow it, as a YAML list: `name`, `server`, the `user` by which it knows it, and `pod`, what its values say of
the pod; `serves`: others connect to it; `isPromoted`: it does what the server did.
*/}}
{{- define "caudal.helpers" -}}{{ include "caudal.once" (list . "caudal.helpers.list") }}{{- end -}}

{{- define "caudal.helpers.list" -}}
{{- range $server := include "caudal.servers" . | fromYamlArray }}
{{- with .helper }}
{{- if .enabled }}
- { name: {{ .name }}, server: {{ $server.name }}, user: {{ .user }}, pod: {{ index $.Values $server.name .pod | default dict | toJson }} }
{{- end }}
{{- end }}
{{- end }}
{{- include "caudal.films.helper" . }}
{{- with include "caudal.postgresql.replicas" . | fromYaml }}
- { name: {{ .name }}, server: postgresql, user: replica, serves: true, isPromoted: {{ hasKey . "primary" }}, pod: {{ $.Values.postgresql.replica.pod | default dict | toJson }} }
{{- end }}
{{- end -}}

{{/* Systems of the release, as a YAML list; the components of each are in the template `caudal.system.<name>`. */}}
{{- define "caudal.systems" -}}
- messages
{{- range list "orders" "films" }}
{{- if (index $.Values .).enabled }}
- {{ . }}
{{- end }}
{{- end }}
{{- end -}}

{{/*
Components of all systems of the release, as a YAML list in the order in which messages pass them:

name          also of its objects
role          entry (takes messages in), worker (of one `lane`) or reader
program       of Caudal's image; `container` is the container's name
environment   `caudal.environment.<it>` is the template of what it has besides connections to brokers
user          by which servers know it
http          port of its Service, where it has one; `ports`: others, by name
calls         components that it connects to, with the ports
needs         servers that it connects to; `isApart`: it reads and writes nothing that lanes do
data          where it keeps data, on the volume that `settings.persistence` describes
scaled        an autoscaler owns its replicas
account       its service account, where it has rights; its pods then have the token
settings      its values
*/}}
{{- define "caudal.components" -}}{{ include "caudal.once" (list . "caudal.components.list") }}{{- end -}}

{{- define "caudal.components.list" -}}
{{- range include "caudal.systems" . | fromYamlArray }}
{{ include (printf "caudal.system.%s" .) $ }}
{{- end }}
{{- end -}}

{{- define "caudal.system.messages" -}}
{{- $lanes := include "caudal.lanes" . | fromYaml -}}
{{- $brokers := include "caudal.brokersInUse" . | fromYamlArray -}}
{{- $stores := list -}}
{{- range $lanes }}{{ $stores = append $stores .store | uniq }}{{ end -}}
- name: ingest
  role: entry
  program: services/ingest-api/src/main.ts
  container: ingest
  environment: ingest
  user: ingest
  http: 8080
  needs: {{ toJson $brokers }}
  scaled: {{ .Values.services.ingest.autoscaling.enabled }}
  settings: {{- toYaml .Values.services.ingest | nindent 4 }}
{{- range $name, $lane := $lanes }}
- name: {{ $name }}-consumer
  role: worker
  lane: {{ $name | quote }}
  program: services/consumer/src/main.ts
  container: consumer
  environment: consumer
  user: consumer
  needs: {{ list $lane.broker $lane.store | toJson }}
  scaled: {{ $lane.keda.enabled }}
  settings: {{- toYaml $lane | nindent 4 }}
{{- end }}
{{- if .Values.services.console.enabled }}
- name: console
  role: reader
  program: services/console/src/main.ts
  container: console
  environment: console
  user: console
  http: 8081
  needs: {{ concat $stores $brokers (list "prometheus") | toJson }}
  scaled: false
  account: {{ include "caudal.control.account" . | quote }}
  settings: {{- toYaml .Values.services.console | nindent 4 }}
{{- end }}
{{- end -}}

{{/* Names of the servers that components need, in the catalogue's order, as a YAML list. */}}
{{- define "caudal.neededServers" -}}
{{- $needed := list -}}
{{- range include "caudal.components" . | fromYamlArray }}{{ $needed = concat $needed .needs }}{{ end -}}
{{- range include "caudal.servers" . | fromYamlArray }}
{{- if has .name $needed }}
- {{ .name }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Names of all components, workers last, as a YAML list. */}}
{{- define "caudal.componentNames" -}}
{{- $names := list -}}
{{- $workers := list -}}
{{- range include "caudal.components" . | fromYamlArray -}}
{{- if eq .role "worker" }}{{ $workers = append $workers .name }}{{ else }}{{ $names = append $names .name }}{{ end -}}
{{- end -}}
{{- concat $names $workers | toYaml -}}
{{- end -}}

{{/* Ports of URLs without one, by their scheme, as YAML. */}}
{{- define "caudal.schemePorts" -}}
{ amqp: 5672, amqps: 5671, redis: 6379, rediss: 6379, postgresql: 5432, postgres: 5432, ignite: 10800, ignites: 10800, http: 80, https: 443 }
{{- end -}}
