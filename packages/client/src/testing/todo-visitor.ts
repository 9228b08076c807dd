import { randomUUID } from 'node:crypto'
import type { BrowserContext, Page } from 'playwright-core'
import { expect } from 'vitest'

const PASSWORD = 'correct horse battery staple'

/** What a tab has shown in its console as an error, and what it has thrown. */
export type Complaints = string[]

/** Opens a tab, and notes what the browser complains of. */
export async function openTab(context: BrowserContext, url: string, complaints: Complaints): Promise<Page> {
  const tab = await context.newPage()
  tab.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  tab.on('pageerror', (error) => complaints.push(String(error)))
  await tab.goto(url)
  return tab
}

export interface Visit {
  email: string
  /** The browser's first tab, in which the visitor is signed in and has a task. */
  tab: Page
}

/** Signs up in the application that the documents show, and adds a task. */
export async function signUp(context: BrowserContext, url: string, complaints: Complaints): Promise<Visit> {
  const email = `${randomUUID()}@example.com`
  const tab = await openTab(context, url, complaints)
  await tab.getByPlaceholder('Email').fill(email)
  await tab.getByPlaceholder('Password').fill(PASSWORD)
  await tab.getByRole('button', { name: 'Sign up' }).click()
  await tab.getByRole('heading', { name: email }).waitFor()
  await addTask(tab, 'Water the plants')
  await shows(tab, ['Water the plants'])
  return { email, tab }
}

async function addTask(tab: Page, title: string): Promise<void> {
  await tab.getByPlaceholder('Title').fill(title)
  await tab.getByRole('button', { name: 'Add' }).click()
}

/** Waits until the tab shows these tasks, the newest first, and no others. */
async function shows(tab: Page, titles: string[]): Promise<void> {
  await expect.poll(() => tab.locator('li').allTextContents(), { timeout: 15_000 }).toEqual(titles)
}

/** What every frontend has to survive: a reload, a second tab, what another tab changes, and a sign-out in one of them. */
export async function liveThroughADay(context: BrowserContext, url: string, complaints: Complaints): Promise<void> {
  const { email, tab } = await signUp(context, url, complaints)

  await tab.reload()
  await tab.getByRole('heading', { name: email }).waitFor()
  await shows(tab, ['Water the plants'])

  const other = await openTab(context, url, complaints)
  await shows(other, ['Water the plants'])
  await addTask(other, 'Call Grace')
  await shows(tab, ['Call Grace', 'Water the plants'])

  await tab.getByRole('button', { name: 'Sign out' }).click()
  for (const each of [tab, other]) await each.getByRole('button', { name: 'Sign up' }).waitFor()
  await other.reload()
  await other.getByPlaceholder('Email').fill(email)
  await other.getByPlaceholder('Password').fill(PASSWORD)
  await other.getByRole('button', { name: 'Sign in' }).click()
  await shows(other, ['Call Grace', 'Water the plants'])
}
