/** Things that examples speak of, each as an answer tells it. */
export const tagExample = {
  id: '01981f0e-5b77-7d31-8a44-9f0b7a1f3c02',
  name: 'Home',
  color: '#1e90ff',
  version: 3,
  createdAt: '2026-11-20T08:15:00.000Z',
  updatedAt: '2026-11-20T08:15:00.000Z',
  deletedAt: null,
}

export const taskExample = {
  id: '01981f0e-6c1a-7cc3-9d5c-2f1c4a2f7a10',
  title: 'Book the train',
  description: 'The one at nine, two seats.',
  completed: false,
  completedAt: null,
  dueAt: '2026-12-01T09:00:00.000Z',
  tags: [{ id: tagExample.id, name: tagExample.name, color: tagExample.color }],
  version: 7,
  createdAt: '2026-11-20T08:30:00.000Z',
  updatedAt: '2026-11-21T17:05:12.345Z',
  deletedAt: null,
}

export const userExample = {
  id: '01981f0d-0a52-7f6e-b1c5-3a8f6d2e9b01',
  email: 'ada@example.org',
  createdAt: '2026-11-20T08:00:00.000Z',
  updatedAt: '2026-11-20T08:00:00.000Z',
}

export const sessionExample = {
  id: '01981f0d-0a60-7b1d-8c77-5e4d3c2b1a00',
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  ip: '203.0.113.7',
  createdAt: '2026-11-20T08:00:00.000Z',
  lastSeenAt: '2026-11-21T17:05:00.000Z',
  expiresAt: '2026-12-20T08:00:00.000Z',
  current: true,
}

export const apiTokenExample = {
  id: '01981f10-2f00-7a5b-9b1e-0c9d8e7f6a5b',
  name: 'Nightly report',
  createdAt: '2026-11-21T09:00:00.000Z',
  lastUsedAt: null,
  expiresAt: '2027-11-21T09:00:00.000Z',
}

export const externalIdentityExample = { issuer: 'https://id.example.org', subject: '248289761001' }

export const passwordExample = 'correct horse battery'
