import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isFault } from "../../../../test/support/context.ts";
import { iamWorld, policyDocument, trustPolicy } from "../../../../test/support/iam-world.ts";
import { users } from "../model.ts";

describe("account aliases", () => {
  test("are one for an account, and nobody else's", async () => {
    const { iam } = await iamWorld();
    await iam("CreateAccountAlias", { AccountAlias: "first" });
    await iam("CreateAccountAlias", { AccountAlias: "second" });
    assert.deepEqual((await iam("ListAccountAliases", {})).AccountAliases, ["second"]);
    const other = { account: "111111111111" };
    await iam("CreateAccountAlias", { AccountAlias: "first" }, other);
    const taken = isFault("EntityAlreadyExistsException", "The account alias second already exists.");
    await assert.rejects(iam("CreateAccountAlias", { AccountAlias: "second" }, other), taken);
    await assert.rejects(iam("DeleteAccountAlias", { AccountAlias: "first" }), isFault("NoSuchEntityException"));
    await iam("DeleteAccountAlias", { AccountAlias: "second" });
    assert.deepEqual((await iam("ListAccountAliases", {})).AccountAliases, []);
  });
});

describe("the password policy", () => {
  test("is none, then what was set, with defaults for the rest", async () => {
    const { iam } = await iamWorld();
    const none = isFault("NoSuchEntityException", "The Password Policy with domain name 000000000000 cannot be found.");
    await assert.rejects(iam("GetAccountPasswordPolicy", {}), none);
    await iam("UpdateAccountPasswordPolicy", { RequireSymbols: true, MaxPasswordAge: 90 });
    await iam("UpdateAccountPasswordPolicy", { MinimumPasswordLength: 10 });
    assert.deepEqual((await iam("GetAccountPasswordPolicy", {})).PasswordPolicy, {
      MinimumPasswordLength: 10,
      RequireSymbols: false,
      RequireNumbers: false,
      RequireUppercaseCharacters: false,
      RequireLowercaseCharacters: false,
      AllowUsersToChangePassword: false,
      ExpirePasswords: false,
    });
    await iam("DeleteAccountPasswordPolicy", {});
    await assert.rejects(iam("DeleteAccountPasswordPolicy", {}), none);
  });

  const refused = [
    ["aB1!", "Password should have a minimum length of 8"],
    ["abcdefgh1!", "Password should have at least one uppercase letter"],
    ["ABCDEFGH1!", "Password should have at least one lowercase letter"],
    ["Abcdefgh!", "Password should have at least one number"],
    ["Abcdefgh1", "Password should have at least one symbol"],
  ] as const;
  for (const [password, message] of refused) {
    test(`refuses ${password}`, async () => {
      const { iam } = await iamWorld();
      await iam("CreateUser", { UserName: "ada" });
      const all = {
        ...{ MinimumPasswordLength: 8, RequireSymbols: true, RequireNumbers: true },
        ...{ RequireUppercaseCharacters: true, RequireLowercaseCharacters: true },
      };
      await iam("UpdateAccountPasswordPolicy", all);
      await assert.rejects(
        iam("CreateLoginProfile", { UserName: "ada", Password: password }),
        isFault("PasswordPolicyViolationException", message),
      );
    });
  }
});

describe("login profiles", () => {
  test("are made, changed and removed, and keep no password", async () => {
    const { iam, store } = await iamWorld();
    const { User } = await iam("CreateUser", { UserName: "ada" });
    const { LoginProfile } = await iam("CreateLoginProfile", {
      ...{ UserName: "ada", Password: "correct-Horse-1", PasswordResetRequired: true },
    });
    assert.deepEqual(LoginProfile, {
      UserName: "ada",
      CreateDate: User!.CreateDate,
      PasswordResetRequired: true,
    });
    assert.ok(!JSON.stringify([...store.view(users).all()]).includes("correct-Horse"));
    const exists = isFault("EntityAlreadyExistsException", "Login Profile for user ada already exists.");
    await assert.rejects(iam("CreateLoginProfile", { UserName: "ada", Password: "correct-Horse-1" }), exists);
    await iam("UpdateAccountPasswordPolicy", { PasswordReusePrevention: 2 });
    await iam("UpdateLoginProfile", { UserName: "ada", Password: "correct-Horse-2" });
    await assert.rejects(
      iam("UpdateLoginProfile", { UserName: "ada", Password: "correct-Horse-1" }),
      isFault("PasswordPolicyViolationException"),
    );
    await iam("DeleteLoginProfile", { UserName: "ada" });
    await assert.rejects(
      iam("GetLoginProfile", { UserName: "ada" }),
      isFault("NoSuchEntityException", "Login Profile for User ada cannot be found."),
    );
  });

  test("are changed by their users, who know the old password", async () => {
    const { iam } = await iamWorld();
    const { User } = await iam("CreateUser", { UserName: "ada" });
    await iam("CreateLoginProfile", { UserName: "ada", Password: "correct-Horse-1" });
    const account = "000000000000";
    const caller = { arn: User!.Arn, userId: User!.UserId, account, accessKeyId: "AKIA", type: "User" } as const;
    const change = (OldPassword: string) =>
      iam("ChangePassword", { OldPassword, NewPassword: "correct-Horse-2" }, { caller });
    await assert.rejects(change("wrong"), isFault("AccessDenied"));
    await change("correct-Horse-1");
    await change("correct-Horse-2");
    await assert.rejects(
      iam("ChangePassword", { OldPassword: "x", NewPassword: "y" }),
      isFault("InvalidUserTypeException"),
    );
  });
});

describe("reports on the account", () => {
  test("count what there is", async () => {
    const { iam } = await iamWorld();
    await iam("CreateUser", { UserName: "ada" });
    await iam("CreatePolicy", { PolicyName: "p", PolicyDocument: policyDocument });
    const { SummaryMap } = await iam("GetAccountSummary", {});
    assert.equal(SummaryMap?.AccountAccessKeysPresent, 1, "the root user of the platform's own account has a key");
    assert.deepEqual(
      [SummaryMap?.Users, SummaryMap?.Roles, SummaryMap?.Policies, SummaryMap?.UsersQuota],
      [1, 0, 1, 5000],
    );
  });

  test("tell of credentials", async () => {
    const { iam, clock } = await iamWorld();
    await iam("CreateUser", { UserName: "ada" });
    await iam("CreateAccessKey", { UserName: "ada" });
    await assert.rejects(iam("GetCredentialReport", {}), isFault("CredentialReportNotPresentException"));
    assert.equal((await iam("GenerateCredentialReport", {})).State, "STARTED");
    assert.equal((await iam("GenerateCredentialReport", {})).State, "COMPLETE");
    const { Content, ReportFormat } = await iam("GetCredentialReport", {});
    assert.equal(ReportFormat, "text/csv");
    const [head, root, ada, ...more] = Buffer.from(Content!).toString().split("\n");
    assert.equal(more.length, 0);
    const columns = head!.split(",").length;
    assert.deepEqual([root!.split(",").length, ada!.split(",").length], [columns, columns]);
    assert.ok(root!.startsWith("<root_account>,arn:aws:iam::000000000000:root,"));
    assert.ok(
      ada!.startsWith("ada,arn:aws:iam::000000000000:user/ada,2026-01-01T00:00:00+00:00,false,N/A,N/A,N/A,false,true,"),
    );
    await iam("DeleteAccessKey", {
      UserName: "ada",
      AccessKeyId: (await iam("ListAccessKeys", { UserName: "ada" })).AccessKeyMetadata[0]!.AccessKeyId!,
    });
    await clock.advance(5 * 3600 * 1000);
    assert.equal((await iam("GenerateCredentialReport", {})).State, "STARTED");
    const again = Buffer.from((await iam("GetCredentialReport", {})).Content!).toString();
    assert.deepEqual(
      again.split("\n").map((line) => line.includes("false,true")),
      [false, true, false],
      "of the platform's own account, whose root has a key, only that one is left",
    );
  });

  test("list all with their policies, page by page", async () => {
    const { iam } = await iamWorld();
    await iam("CreateUser", { UserName: "ada" });
    await iam("CreateGroup", { GroupName: "g" });
    await iam("AddUserToGroup", { UserName: "ada", GroupName: "g" });
    await iam("PutGroupPolicy", { GroupName: "g", PolicyName: "in", PolicyDocument: policyDocument });
    await iam("CreateRole", { RoleName: "r", AssumeRolePolicyDocument: trustPolicy });
    await iam("AttachRolePolicy", { RoleName: "r", PolicyArn: "arn:aws:iam::aws:policy/AmazonECS_FullAccess" });
    await iam("CreatePolicy", { PolicyName: "p", PolicyDocument: policyDocument });
    const all = await iam("GetAccountAuthorizationDetails", {});
    assert.deepEqual(all.UserDetailList?.[0]?.GroupList, ["g"]);
    assert.equal(
      decodeURIComponent(all.GroupDetailList?.[0]?.GroupPolicyList?.[0]?.PolicyDocument ?? ""),
      policyDocument,
    );
    assert.deepEqual(all.RoleDetailList?.[0]?.AttachedManagedPolicies?.[0]?.PolicyName, "AmazonECS_FullAccess");
    assert.deepEqual(all.Policies?.map((policy) => policy.PolicyName).sort(), ["AmazonECS_FullAccess", "p"]);
    let seen = 0;
    let Marker: string | undefined;
    do {
      const page = await iam("GetAccountAuthorizationDetails", { MaxItems: 2, ...(Marker && { Marker }) });
      const lists = [page.UserDetailList, page.GroupDetailList, page.RoleDetailList, page.Policies];
      seen += lists.reduce((sum, list) => sum + (list?.length ?? 0), 0);
      Marker = page.Marker;
    } while (Marker !== undefined);
    assert.equal(seen, 5);
    const filtered = await iam("GetAccountAuthorizationDetails", { Filter: ["Role"] });
    assert.deepEqual([filtered.RoleDetailList?.length, filtered.UserDetailList, filtered.Policies], [1, [], []]);
  });
});
