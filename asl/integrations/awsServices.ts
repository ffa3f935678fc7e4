/**
 * The services that have a client in the AWS SDK, by their names in resources: `name[:package[:IAM prefix]]`, where these differ from
 * the name. The package is `@aws-sdk/client-<package>`. Made from the ids of the services in AWS's API models.
 */
const services = `
accessanalyzer::access-analyzer account acm acmpca:acm-pca:acm-pca aiops amp::aps amplify amplifybackend
amplifyuibuilder apigateway:api-gateway apigatewaymanagementapi::execute-api apigatewayv2::apigateway
appconfig appconfigdata::appconfig appfabric appflow appintegrations::app-integrations
applicationautoscaling:application-auto-scaling:application-autoscaling
applicationcostprofiler::application-cost-profiler
applicationdiscovery:application-discovery-service:discovery applicationinsights:application-insights
applicationsignals:application-signals:application-signals appmesh:app-mesh apprunner appstream appsync
apptest arcregionswitch:arc-region-switch:arc-region-switch
arczonalshift:arc-zonal-shift:arc-zonal-shift artifact athena auditmanager autoscaling:auto-scaling
autoscalingplans:auto-scaling-plans:autoscaling-plans b2bi backup
backupgateway:backup-gateway:backup-gateway backupsearch::backup-search batch
bcmdashboards:bcm-dashboards:bcm-dashboards bcmdataexports:bcm-data-exports:bcm-data-exports
bcmpricingcalculator:bcm-pricing-calculator:bcm-pricing-calculator
bcmrecommendedactions:bcm-recommended-actions:bcm-recommended-actions bedrock
bedrockagent:bedrock-agent:bedrock bedrockagentcore:bedrock-agentcore:bedrock-agentcore
bedrockagentcorecontrol:bedrock-agentcore-control:bedrock-agentcore
bedrockagentruntime:bedrock-agent-runtime:bedrock bedrockdataautomation:bedrock-data-automation:bedrock
bedrockdataautomationruntime:bedrock-data-automation-runtime:bedrock
bedrockruntime:bedrock-runtime:bedrock billing billingconductor braket budgets chatbot chime
chimesdkidentity:chime-sdk-identity:chime chimesdkmediapipelines:chime-sdk-media-pipelines:chime
chimesdkmeetings:chime-sdk-meetings:chime chimesdkmessaging:chime-sdk-messaging:chime
chimesdkvoice:chime-sdk-voice:chime cleanrooms cleanroomsml::cleanrooms-ml cloud9
cloudcontrol::cloudcontrolapi clouddirectory cloudformation cloudfront
cloudfrontkeyvaluestore:cloudfront-keyvaluestore:cloudfront-keyvaluestore cloudhsm
cloudhsmv2:cloudhsm-v2:cloudhsm cloudsearch cloudsearchdomain:cloudsearch-domain:cloudsearch cloudtrail
cloudtraildata:cloudtrail-data:cloudtrail-data cloudwatch cloudwatchlogs:cloudwatch-logs:logs
codeartifact codebuild codecatalyst codecommit codeconnections codedeploy
codeguruprofiler::codeguru-profiler codegurureviewer:codeguru-reviewer:codeguru-reviewer
codegurusecurity:codeguru-security:codeguru-security codepipeline
codestarconnections:codestar-connections:codestar-connections
codestarnotifications:codestar-notifications:codestar-notifications
cognitoidentity:cognito-identity:cognito-identity
cognitoidentityprovider:cognito-identity-provider:cognito-idp cognitosync:cognito-sync:cognito-sync
comprehend comprehendmedical computeoptimizer:compute-optimizer:compute-optimizer
computeoptimizerautomation:compute-optimizer-automation:aco-automation config:config-service connect
connectcampaigns::connect-campaigns connectcampaignsv2::connect-campaigns connectcases::cases
connectcontactlens:connect-contact-lens:connect connecthealth::health-agent
connectparticipant::execute-api controlcatalog controltower
costandusagereport:cost-and-usage-report-service:cur costexplorer:cost-explorer:ce
costoptimizationhub:cost-optimization-hub:cost-optimization-hub
customerprofiles:customer-profiles:profile databasemigration:database-migration-service:dms databrew
dataexchange datapipeline:data-pipeline datasync datazone dax deadline detective devicefarm:device-farm
devopsagent:devops-agent:aidevops devopsguru:devops-guru:devops-guru directconnect:direct-connect
directory:directory-service:ds directoryservicedata:directory-service-data:ds-data dlm docdb::rds
docdbelastic:docdb-elastic:docdb-elastic drs dsql dynamodb dynamodbstreams:dynamodb-streams:dynamodb ebs
ec2 ec2instanceconnect:ec2-instance-connect:ec2-instance-connect ecr ecrpublic:ecr-public:ecr-public ecs
efs::elasticfilesystem eks eksauth:eks-auth:eks-auth elasticache elasticbeanstalk:elastic-beanstalk
elasticloadbalancing:elastic-load-balancing
elasticloadbalancingv2:elastic-load-balancing-v2:elasticloadbalancing
elasticsearch:elasticsearch-service:es elastictranscoder:elastic-transcoder
elementalinference::elemental-inference emr::elasticmapreduce
emrcontainers:emr-containers:emr-containers emrserverless:emr-serverless:emr-serverless entityresolution
eventbridge::events evidently evs finspace finspacedata:finspace-data:finspace-api firehose fis fms
forecast forecastquery::forecast frauddetector freetier fsx gamelift gameliftstreams
geomaps:geo-maps:geo-maps geoplaces:geo-places:geo-places georoutes:geo-routes:geo-routes glacier
globalaccelerator:global-accelerator glue grafana greengrass greengrassv2::greengrass groundstation
guardduty health healthlake iam identitystore imagebuilder importexport inspector inspector2
inspectorscan:inspector-scan:inspector-scan interconnect internetmonitor invoicing iot iotanalytics
iotdataplane:iot-data-plane:iot iotdeviceadvisor iotevents:iot-events ioteventsdata:iot-events-data
iotfleethub iotfleetwise iotjobsdataplane:iot-jobs-data-plane:iot-jobs-data
iotmanagedintegrations:iot-managed-integrations iotsecuretunneling::IoTSecuredTunneling iotsitewise
iotthingsgraph iottwinmaker iotwireless:iot-wireless ivs ivschat ivsrealtime:ivs-realtime:ivs kafka
kafkaconnect kendra kendraranking:kendra-ranking:kendra-ranking keyspaces::cassandra
keyspacesstreams::cassandra kinesis kinesisanalytics:kinesis-analytics
kinesisanalyticsv2:kinesis-analytics-v2:kinesisanalytics kinesisvideo:kinesis-video
kinesisvideoarchivedmedia:kinesis-video-archived-media:kinesisvideo
kinesisvideomedia:kinesis-video-media:kinesisvideo
kinesisvideosignaling:kinesis-video-signaling:kinesisvideo
kinesisvideowebrtcstorage:kinesis-video-webrtc-storage:kinesisvideo kms lakeformation lambda
launchwizard:launch-wizard lexmodelbuilding:lex-model-building-service:lex lexmodelsv2:lex-models-v2:lex
lexruntime:lex-runtime-service:lex lexruntimev2:lex-runtime-v2:lex
licensemanager:license-manager:license-manager
licensemanagerlinuxsubscriptions:license-manager-linux-subscriptions:license-manager-linux-subscriptions
licensemanagerusersubscriptions:license-manager-user-subscriptions:license-manager-user-subscriptions
lightsail location::geo lookoutequipment lookoutmetrics lookoutvision m2
machinelearning:machine-learning macie2 mailmanager::ses managedblockchain
managedblockchainquery:managedblockchain-query:managedblockchain-query
marketplaceagreement:marketplace-agreement:aws-marketplace
marketplacecatalog:marketplace-catalog:aws-marketplace
marketplacecommerceanalytics:marketplace-commerce-analytics
marketplacedeployment:marketplace-deployment:aws-marketplace
marketplacediscovery:marketplace-discovery:aws-marketplace
marketplaceentitlement:marketplace-entitlement-service:aws-marketplace
marketplacemetering:marketplace-metering:aws-marketplace
marketplacereporting:marketplace-reporting:aws-marketplace mediaconnect mediaconvert medialive
mediapackage mediapackagev2 mediapackagevod:mediapackage-vod:mediapackage-vod mediastore
mediastoredata:mediastore-data:mediastore mediatailor medicalimaging:medical-imaging:medical-imaging
memorydb mgn migrationhub:migration-hub:mgh migrationhubconfig:migrationhub-config:mgh
migrationhuborchestrator::migrationhub-orchestrator
migrationhubrefactorspaces:migration-hub-refactor-spaces:refactor-spaces
migrationhubstrategy::migrationhub-strategy mpa mq mturk::mturk-requester mwaa::airflow
mwaaserverless:mwaa-serverless:airflow-serverless neptune::rds neptunedata::neptune-db
neptunegraph:neptune-graph:neptune-graph networkfirewall:network-firewall:network-firewall
networkflowmonitor networkmanager networkmonitor notifications
notificationscontacts::notifications-contacts novaact:nova-act:nova-act oam observabilityadmin odb omics
opensearch::es opensearchserverless::aoss opsworks opsworkscm::opsworks-cm organizations osis outposts
panorama partnercentralaccount:partnercentral-account:partnercentral-account
partnercentralbenefits:partnercentral-benefits:partnercentral-benefits
partnercentralchannel:partnercentral-channel:partnercentral-channel
partnercentralselling:partnercentral-selling:partnercentral-selling
paymentcryptography:payment-cryptography:payment-cryptography
paymentcryptographydata:payment-cryptography-data:payment-cryptography
pcaconnectorad:pca-connector-ad:pca-connector-ad pcaconnectorscep:pca-connector-scep:pca-connector-scep
pcs personalize personalizeevents:personalize-events:personalize
personalizeruntime:personalize-runtime:personalize pi pinpoint::mobiletargeting
pinpointemail:pinpoint-email:ses pinpointsmsvoice:pinpoint-sms-voice:sms-voice
pinpointsmsvoicev2:pinpoint-sms-voice-v2:sms-voice pipes polly pricing proton qapps qbusiness
qconnect::wisdom qldb qldbsession:qldb-session:qldb quicksight ram rbin rds rdsdata:rds-data:rds-data
redshift redshiftdata:redshift-data:redshift-data
redshiftserverless:redshift-serverless:redshift-serverless rekognition repostspace resiliencehub
resourceexplorer2:resource-explorer-2:resource-explorer-2 resourcegroups:resource-groups:resource-groups
resourcegroupstaggingapi:resource-groups-tagging-api:tagging robomaker rolesanywhere route53:route-53
route53domains:route-53-domains route53globalresolver route53profiles
route53recoverycluster:route53-recovery-cluster:route53-recovery-cluster
route53recoverycontrolconfig:route53-recovery-control-config:route53-recovery-control-config
route53recoveryreadiness:route53-recovery-readiness:route53-recovery-readiness route53resolver rtbfabric
rum s3 s3control:s3-control:s3 s3files s3outposts::s3-outposts s3tables s3vectors sagemaker
sagemakera2iruntime:sagemaker-a2i-runtime:sagemaker sagemakeredge:sagemaker-edge:sagemaker
sagemakerfeaturestoreruntime:sagemaker-featurestore-runtime:sagemaker
sagemakergeospatial:sagemaker-geospatial:sagemaker-geospatial
sagemakermetrics:sagemaker-metrics:sagemaker sagemakerruntime:sagemaker-runtime:sagemaker savingsplans
scheduler schemas secretsmanager:secrets-manager securityagent securityhub
securityir:security-ir:security-ir securitylake serverlessapplicationrepository::serverlessrepo
servicecatalog:service-catalog servicecatalogappregistry:service-catalog-appregistry:servicecatalog
servicediscovery servicequotas:service-quotas ses sesv2::ses sfn::states shield signer
signerdata:signer-data:signer signin simpledb::sdb simpledbv2::sdb simspaceweaver sms snowball
snowdevicemanagement:snow-device-management:snow-device-management sns socialmessaging::social-messaging
sqs ssm ssmcontacts:ssm-contacts:ssm-contacts ssmguiconnect:ssm-guiconnect:ssm-guiconnect
ssmincidents:ssm-incidents:ssm-incidents ssmquicksetup:ssm-quicksetup:ssm-quicksetup
ssmsap:ssm-sap:ssm-sap sso::awsssoportal ssoadmin:sso-admin:sso ssooidc:sso-oidc:sso-oauth
storagegateway:storage-gateway sts supplychain::scn support supportapp:support-app sustainability swf
synthetics taxsettings::tax textract timestreaminfluxdb:timestream-influxdb:timestream-influxdb
timestreamquery:timestream-query:timestream timestreamwrite:timestream-write:timestream tnb transcribe
transfer translate trustedadvisor uxc verifiedpermissions voiceid:voice-id
vpclattice:vpc-lattice:vpc-lattice waf wafregional:waf-regional:waf-regional wafv2 wellarchitected wickr
wisdom workdocs workmail workmailmessageflow workspaces
workspacesinstances:workspaces-instances:workspaces-instances
workspacesthinclient:workspaces-thin-client:thinclient workspacesweb:workspaces-web:workspaces-web xray
`;

/** The first words of the names of all actions of these services. */
const firstWords = `
abort accept acknowledge activate add admin advertise allocate allow amend analyze apply approve archive
assign associate assume attach authorize autocomplete backtrack batch begin build bulk bundle calculate
cancel carrier change channel chat check checkout checkpoint claim classify clear clone close commit
compare complete compose configure confirm connect contains continue converse convert copy count create
deactivate deauthorize decline decode decrease decrypt define delete deliver deny deploy deprecate
deprovision deregister derive describe detach detect disable disassociate discard disconnect discover
dismiss dispose dissociate distribute domain download drain enable encrypt end enter estimate evaluate
evict exchange execute exit expire export extend failover filter finalize flush forecast forget forgot
generate geocode get global grant group head import increase index infer ingest initialize initiate
insert install instantiate invalidate invite invoke is issue join label launch leave list lock logout
lookup manage mark merge meter migrate modify monitor move notify open opt optimize override pause peer
phone poll populate post predict prepare preview probe process promote provide provision publish
purchase purge push put query re rebalance reboot rebuild recall receive recognize record redact redrive
refresh regenerate register reimport reject release reload remove rename render renew reorder replace
replicate report request rerank rescore resend reserve reset resize resolve respond restart restore
resume resync retire retrieve retry return reverse revoke rollback rotate run save scan schedule search
select send set setup share shutdown sign signal simulate skip snap split start stop submit subscribe
suggest suspend swap switchover sync synchronize synthesize tag take terminate test transact transfer
translate unarchive unassign undeploy undeprecate ungroup unlabel unlink unlock unmonitor unpeer
unregister unshare unsubscribe untag update upgrade upload validate verify view vote withdraw write
`;

export interface AwsService {
  /** The package of its client in the AWS SDK for JavaScript. */
  readonly packageName: string;
  /** Begins the names of its actions in policies. */
  readonly iamPrefix: string;
}

const byName = new Map(
  services
    .trim()
    .split(/\s+/)
    .map((entry): [string, AwsService] => {
      const [name = '', client, iamPrefix] = entry.split(':');
      return [name, { packageName: `@aws-sdk/client-${client || name}`, iamPrefix: iamPrefix ?? name }];
    }),
);

const words: ReadonlySet<string> = new Set(firstWords.trim().split(/\s+/));

/** @param name as resources have it: `secretsmanager` */
export function awsService(name: string): AwsService | undefined {
  return byName.get(name.toLowerCase());
}

/** Whether any service has actions that begin with the same word: those of an API always begin with a verb. */
export function isLikeAnAction(action: string): boolean {
  const [word = action] = /^[a-z][a-z0-9]*/.exec(action) ?? [];
  return words.has(word);
}
