# Resources and data sources of KMS, Secrets Manager, the Parameter Store, CloudTrail and ECR. Applied, read back without a
# difference, changed through `variable "generation"`, read back again and destroyed by terraform.test.ts.

variable "generation" {
  type = number
}

locals {
  second = var.generation == 2
}

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
provider "aws" {
  region = "us-east-1"
  default_tags {
    tags = { Team = "platform" }
  }
}
data "aws_caller_identity" "me" {}

resource "aws_kms_key" "k" {
  description             = local.second ? "changed" : "a key"
  deletion_window_in_days = 7
  enable_key_rotation     = local.second
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "All"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::${data.aws_caller_identity.me.account_id}:root" }
      Action    = "kms:*"
      Resource  = "*"
    }]
  })
  tags = { Name = local.second ? "b" : "a" }
}
resource "aws_kms_key" "other" { deletion_window_in_days = 7 }
resource "aws_kms_key" "mac" {
  customer_master_key_spec = "HMAC_256"
  key_usage                = "GENERATE_VERIFY_MAC"
  deletion_window_in_days  = 7
}
resource "aws_kms_key" "signing" {
  customer_master_key_spec = "ECC_NIST_P256"
  key_usage                = "SIGN_VERIFY"
  deletion_window_in_days  = 7
}
data "aws_kms_public_key" "signing" { key_id = aws_kms_key.signing.key_id }
resource "aws_kms_alias" "a" {
  name          = "alias/app"
  target_key_id = local.second ? aws_kms_key.other.key_id : aws_kms_key.k.key_id
}
resource "aws_kms_grant" "g" {
  key_id            = aws_kms_key.k.key_id
  grantee_principal = aws_iam_role.app.arn
  operations        = ["Encrypt", "Decrypt"]
  constraints {
    encryption_context_equals = { app = "web" }
  }
}
resource "aws_kms_ciphertext" "c" {
  key_id    = aws_kms_key.k.key_id
  plaintext = "hidden"
}
data "aws_kms_alias" "a" { name = aws_kms_alias.a.name }
data "aws_kms_key" "k" { key_id = aws_kms_key.k.key_id }

resource "aws_iam_role" "app" {
  name = "app"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = ["ecs-tasks.amazonaws.com", "cloudtrail.amazonaws.com"] }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_secretsmanager_secret" "s" {
  name                    = "app/db"
  description             = local.second ? "changed" : "a secret"
  kms_key_id              = aws_kms_key.k.arn
  recovery_window_in_days = 0
  tags                    = { Name = local.second ? "b" : "a" }
}
resource "aws_secretsmanager_secret" "plain" {
  name_prefix             = "plain-"
  recovery_window_in_days = 7
}
resource "aws_secretsmanager_secret_version" "v" {
  secret_id     = aws_secretsmanager_secret.s.id
  secret_string = jsonencode({ password = local.second ? "two" : "one" })
}
resource "aws_secretsmanager_secret_policy" "p" {
  secret_arn = aws_secretsmanager_secret.s.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = aws_iam_role.app.arn }
      Action    = local.second ? ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"] : ["secretsmanager:GetSecretValue"]
      Resource  = "*"
    }]
  })
}
data "aws_secretsmanager_secret" "s" { arn = aws_secretsmanager_secret.s.arn }
data "aws_secretsmanager_secret_version" "v" {
  secret_id  = aws_secretsmanager_secret.s.id
  depends_on = [aws_secretsmanager_secret_version.v]
}
data "aws_secretsmanager_random_password" "r" { password_length = 20 }

resource "aws_ssm_parameter" "text" {
  name            = "/app/text"
  type            = "String"
  value           = local.second ? "two" : "one"
  description     = "a text"
  allowed_pattern = "^[a-z]+$"
  tags            = { Name = local.second ? "b" : "a" }
}
resource "aws_ssm_parameter" "list" {
  name  = "/app/list"
  type  = "StringList"
  value = "a,b"
}
resource "aws_ssm_parameter" "secure" {
  name   = "/app/secure"
  type   = "SecureString"
  key_id = aws_kms_key.k.arn
  value  = local.second ? "two" : "one"
  tier   = local.second ? "Advanced" : "Standard"
}
data "aws_ssm_parameter" "secure" { name = aws_ssm_parameter.secure.name }
data "aws_ssm_parameters_by_path" "app" {
  path       = "/app"
  depends_on = [aws_ssm_parameter.list, aws_ssm_parameter.text, aws_ssm_parameter.secure]
}

resource "aws_cloudwatch_log_group" "audit" { name = "audit" }
resource "aws_cloudtrail" "t" {
  name                          = "main"
  s3_bucket_name                = "no-bucket"
  cloud_watch_logs_group_arn    = "${aws_cloudwatch_log_group.audit.arn}:*"
  cloud_watch_logs_role_arn     = aws_iam_role.app.arn
  is_multi_region_trail         = local.second
  enable_logging                = local.second
  include_global_service_events = true
  event_selector {
    read_write_type           = local.second ? "WriteOnly" : "ReadOnly"
    include_management_events = true
  }
  tags = { Name = local.second ? "b" : "a" }
}

resource "aws_ecr_repository" "r" {
  name                 = "team/app"
  image_tag_mutability = local.second ? "IMMUTABLE" : "MUTABLE"
  tags                 = { Name = local.second ? "b" : "a" }
}
resource "aws_ecr_repository_policy" "p" {
  repository = aws_ecr_repository.r.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = local.second ? "Pulls" : "Pull"
      Effect    = "Allow"
      Principal = { AWS = aws_iam_role.app.arn }
      Action    = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    }]
  })
}
resource "aws_ecr_lifecycle_policy" "l" {
  repository = aws_ecr_repository.r.name
  policy = jsonencode({
    rules = [{
      rulePriority = 1
      description  = "few"
      selection = {
        tagStatus   = "untagged"
        countType   = "imageCountMoreThan"
        countNumber = local.second ? 5 : 10
      }
      action = { type = "expire" }
    }]
  })
}
data "aws_ecr_repository" "r" { name = aws_ecr_repository.r.name }
data "aws_ecr_authorization_token" "t" {}
